// One domain alone, as a container runs it: `node scripts/domain.ts <domain> [server|workers|all]`; `relay` is the tenants' relay.
import { startTracing } from '@stromgraph/kernel/trace';
import { runChild } from './start/child.ts';
import { type DomainParts, domainFolders, startDomain } from './start/domain-modules.ts';
import { serveMetrics } from './start/metrics-server.ts';
import { startRelays } from './start/relays.ts';

const [name = '', parts = 'all'] = process.argv.slice(2);
const PARTS: readonly string[] = ['server', 'workers', 'all'] satisfies DomainParts[];

if (!(name === 'relay' || domainFolders().includes(name)) || !PARTS.includes(parts)) {
  console.error(`Say which: node scripts/domain.ts <${[...domainFolders(), 'relay'].join('|')}> [${PARTS.join('|')}]`);
  process.exit(2);
}

await runChild(async (): Promise<{ ready: { url: string | null }; stop: () => Promise<void> }> => {
  const { env } = process;
  const endTracing = await startTracing(env);
  const host = env['STROMGRAPH_LISTEN_HOST'] ?? '127.0.0.1';
  const metrics = await serveMetrics({ port: Number(env['STROMGRAPH_METRICS_PORT'] ?? 0), host });
  const { url, stop } = name === 'relay' ? { url: null, ...(await startRelays(env)) } : await startDomain(name, { parts: parts as DomainParts, env, listen: { port: Number(env['STROMGRAPH_LISTEN_PORT'] ?? 0), host } });
  return {
    ready: { url },
    stop: async () => {
      await stop();
      await metrics.stop();
      await endTracing();
    },
  };
});
