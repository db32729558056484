// The gateway as it is served, over the whole committed graph, of which some subgraphs are up.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLog } from '@stromgraph/kernel/log';
import { startGateway } from '@stromgraph/gateway/server';
import { startIssuer } from '@stromgraph/gateway/toys/issuer';
import type { Limits } from '@stromgraph/gateway/limits/limits';
import type { LiveLimits } from '@stromgraph/gateway/live/sockets';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { compose, readSchemas } from '../scripts/compose.ts';
import { serve } from './child.ts';
import { watchMemory } from './memory.ts';

const SCHEMA = join(import.meta.dirname, '..', 'schema');
const { subgraphs, scope, more = {}, limits = {}, liveLimits = {} } = JSON.parse(process.argv[2]!) as {
  subgraphs: Record<string, string>;
  scope: string;
  /** Schemas of subgraphs that only the bench has. */
  more?: Record<string, string>;
  limits?: Partial<Limits>;
  liveLimits?: Partial<LiveLimits>;
};
const memory = watchMemory();
const issuer = await startIssuer();
const gateway = await startGateway({
  supergraphSdl: Object.keys(more).length > 0 ? compose({ ...readSchemas(), ...more }).supergraph : readFileSync(join(SCHEMA, 'supergraph.graphql'), 'utf8'),
  limits,
  liveLimits,
  routes: JSON.parse(readFileSync(join(SCHEMA, 'routes.json'), 'utf8')) as unknown[],
  subgraphs,
  secret: SECRET,
  tokens: issuer.rule,
  log: makeLog('gateway', 'warn'),
});
const token = await issuer.sign({ scope, exp: Math.floor(Date.now() / 1_000) + 7_200 });
serve<object>({ url: gateway.url, authorization: `Bearer ${token}` }, { answer: async (question) => ('memory' in question ? memory.settled() : memory.take()), end: () => Promise.all([gateway.stop(), issuer.stop()]) });
