// All subgraphs with their workers and the relay of each tenant in one process: `npm start` on two cores. Told so, the servers alone,
// or the workers of some: `node scripts/domains.ts <server|workers|all> [domain|relay …]`.
import { startTracing } from '@stromgraph/kernel/trace';
import { runChild, say } from './start/child.ts';
import { type DomainParts, domainFolders, startDomain } from './start/domain-modules.ts';
import { serveMetrics } from './start/metrics-server.ts';
import { startRelays } from './start/relays.ts';

const [parts = 'all', ...named] = process.argv.slice(2) as [DomainParts?, ...string[]];

await runChild(async () => {
  const { env } = process;
  const endTracing = await startTracing(env);
  const relays = (named.length === 0 ? parts !== 'server' : named.includes('relay')) ? await startRelays(env) : null;
  const metrics = await serveMetrics({});
  const domains = await Promise.all(
    domainFolders().filter((name) => named.length === 0 || named.includes(name)).map(async (name) => {
      const domain = await startDomain(name, { parts, env });
      say({ progress: `${name} is up` });
      return domain;
    }),
  );
  return {
    ready: { subgraphs: Object.fromEntries(domains.map(({ name, url }) => [name, url])), metrics: metrics.url },
    stop: async () => {
      await Promise.all(domains.map((domain) => domain.stop()));
      await relays?.stop();
      await metrics.stop();
      await endTracing();
    },
  };
});
