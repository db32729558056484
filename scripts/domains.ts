// All subgraphs with their workers and the relay of each tenant in one process: `npm start` on two cores.
import { startTracing } from '@stromgraph/kernel/trace';
import { runChild, say } from './start/child.ts';
import { domainFolders, startDomain } from './start/domain-modules.ts';
import { serveMetrics } from './start/metrics-server.ts';
import { startRelays } from './start/relays.ts';

await runChild(async () => {
  const { env } = process;
  const endTracing = await startTracing(env);
  const relays = await startRelays(env);
  const metrics = await serveMetrics({});
  const domains = await Promise.all(
    domainFolders().map(async (name) => {
      const domain = await startDomain(name, { parts: 'all', env });
      say({ progress: `${name} is up` });
      return domain;
    }),
  );
  return {
    ready: { subgraphs: Object.fromEntries(domains.map(({ name, url }) => [name, url])), metrics: metrics.url },
    stop: async () => {
      await Promise.all(domains.map((domain) => domain.stop()));
      await relays.stop();
      await metrics.stop();
      await endTracing();
    },
  };
});
