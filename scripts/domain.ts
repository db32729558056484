// One domain alone, as a container runs it: `node scripts/domain.ts <domain> [server|workers|all]`; `relay` is the tenants' relay.
import { runChild } from './start/child.ts';
import { type DomainParts, domainFolders, startDomain } from './start/domain-modules.ts';
import { startRelays } from './start/relays.ts';

const [name = '', parts = 'all'] = process.argv.slice(2);
const PARTS: readonly string[] = ['server', 'workers', 'all'] satisfies DomainParts[];

if (!(name === 'relay' || domainFolders().includes(name)) || !PARTS.includes(parts)) {
  console.error(`Say which: node scripts/domain.ts <${[...domainFolders(), 'relay'].join('|')}> [${PARTS.join('|')}]`);
  process.exit(2);
}

await runChild(async (): Promise<{ ready: { url: string | null }; stop: () => Promise<void> }> => {
  const { env } = process;
  if (name === 'relay') return { ready: { url: null }, ...(await startRelays(env)) };
  const listen = { port: Number(env['STROMGRAPH_LISTEN_PORT'] ?? 0), host: env['STROMGRAPH_LISTEN_HOST'] ?? '127.0.0.1' };
  const { url, stop } = await startDomain(name, { parts: parts as DomainParts, env, listen });
  return { ready: { url }, stop };
});
