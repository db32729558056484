// Our gateway as it is served: limits, sign-in, masking, metrics and signatures on.
import { serve } from '../child.ts';
import { makeLog } from '@stromgraph/kernel/log';
import { startGateway } from '@stromgraph/gateway/server';
import { composeToys } from '@stromgraph/gateway/toys/compose';
import { startIssuer } from '@stromgraph/gateway/toys/issuer';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { SUBGRAPHS } from './graph.ts';
import { makeProfiler } from './profile.ts';
import { cpuSeconds, ONE_CLIENT, subgraphUrls, type Target } from './target.ts';

const issuer = await startIssuer();
const gateway = await startGateway({
  supergraphSdl: composeToys(SUBGRAPHS),
  subgraphs: subgraphUrls(),
  secret: SECRET,
  tokens: issuer.rule,
  production: true,
  limits: ONE_CLIENT,
  log: makeLog('gateway', 'warn'),
});
const token = await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 7_200 });
const profiler = makeProfiler();
const target: Target = { url: gateway.url, headers: { authorization: `Bearer ${token}` } };
serve<Readonly<{ profile?: 'start' | 'stop' }>>(target, {
  answer: async ({ profile }) => (profile ? profiler[profile]() : cpuSeconds()),
  end: () => Promise.all([gateway.stop(), issuer.stop()]),
});
