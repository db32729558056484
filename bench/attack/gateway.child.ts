// The attacked gateway, with the default limits; says what its event loop has had to do since it was last asked.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ATTACKED } from '@stromgraph/gateway/attacks/attacked-graph';
import { makeLog } from '@stromgraph/kernel/log';
import { startGateway } from '@stromgraph/gateway/server';
import { composeToys } from '@stromgraph/gateway/toys/compose';
import { startIssuer } from '@stromgraph/gateway/toys/issuer';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { serve } from '../child.ts';
import { subgraphUrls } from '../gateway/target.ts';

/** CPU of the thread that serves, how late its timers were, and the memory of the process when asked and at most. */
export type Loop = Readonly<{ cpuMs: number; delayMaxMs: number; delayP99Ms: number; megabytes: number; mostMegabytes: number }>;

const issuer = await startIssuer();
const gateway = await startGateway({
  supergraphSdl: composeToys(ATTACKED),
  subgraphs: subgraphUrls(),
  secret: SECRET,
  tokens: issuer.rule,
  introspection: 'staff',
  production: true,
  liveLimits: { socketsPerUser: 1_000, socketsPerAddress: 1_000, streamsPerUser: 1_000 },
  log: makeLog('gateway', 'fatal'),
});
const claims = (sub: string) => ({ sub, exp: Math.floor(Date.now() / 1_000) + 7_200 });
const [attacker, normal] = [await issuer.sign(claims('attacker')), await issuer.sign(claims('normal'))];
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let since = process.threadCpuUsage();
let most = 0;
const megabytes = () => process.memoryUsage.rss() / 1e6;
setInterval(() => void (most = Math.max(most, megabytes())), 50).unref();

serve(
  { url: gateway.url, attacker: `Bearer ${attacker}`, normal: `Bearer ${normal}` },
  {
    answer: async () => {
      const { user, system } = process.threadCpuUsage();
      const loop: Loop = { cpuMs: (user + system - since.user - since.system) / 1_000, delayMaxMs: delay.max / 1e6, delayP99Ms: delay.percentile(99) / 1e6, megabytes: megabytes(), mostMegabytes: Math.max(most, megabytes()) };
      most = 0;
      delay.reset();
      since = process.threadCpuUsage();
      return loop;
    },
    end: () => Promise.all([gateway.stop(), issuer.stop()]),
  },
);
