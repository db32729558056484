import { COMPLETION } from '../errors.ts';
import { NO_DOCUMENTS } from '../documents/trusted-documents.ts';
import { answerOperation } from '../execute/answer.ts';
import { engineOf } from '../execute/operation.ts';
import { fetchFault } from '../execute/reply.ts';
import { LIMITS } from '../limits/limits.ts';
import { makeOperationCache } from '../limits/operation-cache.ts';
import { validateOperation, type Gate } from '../limits/validate-operation.ts';
import { planHere } from '../planning/planner.ts';
import { loadSupergraph } from '../supergraph.ts';
import { NO_WAYS } from '../toys/engine.ts';
import type { GeneratedOperation } from './generate/operation.ts';
import type { Outcome } from './outcome.ts';
import { spoil } from './world/faults.ts';
import type { Subgraph, SubgraphRequest } from './world/subgraph.ts';
import type { World } from './world/world.ts';

export type Ours = Readonly<{
  gate: Gate;
  run: (operation: GeneratedOperation, world: World) => Promise<Outcome & Readonly<{ text: string }>>;
}>;

const KINDS = new Set(['query', 'mutation']);

/** Our engine behind its own door, with limits that no generated operation reaches; only the wire is a function call. */
export async function startOurs(supergraphSdl: string, subgraphs: ReadonlyMap<string, Subgraph>): Promise<Ours> {
  let asked: string[] = [];
  const engine = engineOf(await loadSupergraph(supergraphSdl, planHere), (service) => async ({ body, context }) => {
    const world = context as World;
    asked.push(`${service} ${body}`);
    const subgraph = subgraphs.get(service);
    if (!subgraph) throw new Error(`Nobody answers for ${service}.`);
    const answer = spoil(world, service, await subgraph(JSON.parse(body) as SubgraphRequest, world));
    if (answer?.status !== 200) throw fetchFault('SUBGRAPH_UNAVAILABLE', 'There was no answer.');
    return answer.text;
  });
  const gate: Gate = { engine, limits: WIDE, introspection: 'open', open: true, documents: NO_DOCUMENTS, ways: NO_WAYS, cache: makeOperationCache(1_000_000) };
  return {
    gate,
    async run({ query, variables, operationName }, world) {
      asked = [];
      const verdict = await validateOperation(gate, { query, operationName, variables }, { actor: null }, KINDS);
      if ('refusals' in verdict) {
        const errors = verdict.refusals.map(({ message, code }) => ({ path: null, message, code }));
        return { data: null, errors, completion: [], asked, text: 'null' };
      }
      const { data, errors } = await answerOperation(verdict.operation, verdict.variables, verdict.coerced, world);
      return {
        data: JSON.parse(data) as unknown,
        text: data,
        errors: errors.filter(({ code }) => code !== COMPLETION).map(({ path, message, code }) => ({ path: path ?? null, message, code })),
        completion: errors.filter(({ code }) => code === COMPLETION).map(({ path }) => path ?? []),
        asked,
      };
    },
  };
}

const WIDE = {
  ...LIMITS,
  tokens: 100_000,
  depth: 100,
  aliases: 1_000,
  rootFields: 1_000,
  directives: 1_000,
  selections: 100_000,
  cost: Number.MAX_SAFE_INTEGER,
  valueDepth: 100,
  introspectionLists: 10,
};
