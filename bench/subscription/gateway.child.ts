// The gateway as it is served, over the whole committed graph, of which energy is up.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLog } from '@stromgraph/kernel/log';
import { startGateway } from '@stromgraph/gateway/server';
import { startIssuer } from '@stromgraph/gateway/toys/issuer';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { serve } from '../child.ts';

const issuer = await startIssuer();
const gateway = await startGateway({
  supergraphSdl: readFileSync(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8'),
  subgraphs: { energy: process.argv[2]! },
  secret: SECRET,
  tokens: issuer.rule,
  log: makeLog('gateway', 'warn'),
});
const token = await issuer.sign({ scope: 'energy:read', exp: Math.floor(Date.now() / 1_000) + 7_200 });
serve({ url: gateway.url, token }, { end: () => Promise.all([gateway.stop(), issuer.stop()]) });
