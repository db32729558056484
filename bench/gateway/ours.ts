// Our gateway as it is served: limits, sign-in, masking, metrics and signatures on.
import { makeLog } from '@stromgraph/kernel/log';
import { startGateway } from '@stromgraph/gateway/server';
import { composeToys } from '@stromgraph/gateway/toys/compose';
import { startIssuer } from '@stromgraph/gateway/toys/issuer';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { SUBGRAPHS } from './graph.ts';

const subgraphs = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const issuer = await startIssuer();
const gateway = await startGateway({
  supergraphSdl: composeToys(SUBGRAPHS),
  subgraphs,
  secret: SECRET,
  tokens: issuer.rule,
  log: makeLog('gateway', 'warn'),
});
const token = await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 7_200 });
process.send?.({ url: gateway.url, headers: { authorization: `Bearer ${token}` } });
