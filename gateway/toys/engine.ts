import { execute, parse, validate } from 'graphql';
import { answerOperation } from '../execute/answer.ts';
import { engineOf } from '../execute/operation.ts';
import type { Fields } from '../execute/own.ts';
import type { RunError } from '../execute/run.ts';
import { LIMITS, type Limits } from '../limits/limits.ts';
import { makeOperationCache } from '../limits/operation-cache.ts';
import { validateOperation, type Gate } from '../limits/validate-operation.ts';
import { NO_DOCUMENTS } from '../documents/trusted-documents.ts';
import { planHere } from '../planning/planner.ts';
import { loadSupergraph } from '../supergraph.ts';
import { composeToys } from './compose.ts';
import { toySchema, type ToyDefinition } from './toy.ts';

export type Asked = { service: string; query: string; variables: Fields };

/** What a test puts in place of a subgraph's answer; undefined leaves the answer as it is. */
export type Instead = (asked: Asked, answer: { data?: Fields | null; errors?: unknown[] }) => unknown;

/** For what is accepted and run at once, by itself. */
export const NO_WAYS: Gate['ways'] = {
  primaryOf: () => {
    throw new Error('Nothing here subscribes.');
  },
  sourceOf: () => {
    throw new Error('Nothing here subscribes.');
  },
  hold: () => ({ [Symbol.dispose]() {} }),
};

export type ToyEngine = Readonly<{
  gate: Gate;
  asked: Asked[];
  run: (
    query: string,
    variables?: Fields,
    instead?: Instead,
  ) => Promise<{ data: unknown; text: string; errors: readonly RunError[]; refused?: readonly string[] }>;
}>;

const KINDS = new Set(['query', 'mutation']);

/** The engine over subgraphs that answer in memory: what is under test is everything between plan and text. */
export async function makeToyEngine(definitions: readonly ToyDefinition[], limits: Partial<Limits> = {}): Promise<ToyEngine> {
  const schemas = new Map(definitions.map((definition) => [definition.name, toySchema(definition)]));
  const asked: Asked[] = [];
  let change: Instead = () => undefined;
  const engine = engineOf(await loadSupergraph(composeToys(definitions), planHere), (service) => async ({ body }) => {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Fields };
    const ask = { service, query, variables };
    asked.push(ask);
    const schema = schemas.get(service)!;
    const document = parse(query);
    const faults = validate(schema, document);
    const answer = faults.length ? { errors: faults } : await execute({ schema, document, variableValues: variables });
    const plain = JSON.parse(JSON.stringify(answer)) as { data?: Fields };
    const instead = change(ask, plain);
    return typeof instead === 'string' ? instead : JSON.stringify(instead ?? plain);
  });
  const gate: Gate = { engine, limits: { ...LIMITS, ...limits }, introspection: 'open', open: true, documents: NO_DOCUMENTS, ways: NO_WAYS, cache: makeOperationCache(10_000_000) };
  return {
    gate,
    asked,
    async run(query, variables = {}, instead = () => undefined) {
      asked.length = 0;
      change = instead;
      const verdict = await validateOperation(gate, { query, operationName: undefined, variables }, { actor: null }, KINDS);
      if ('refusals' in verdict) return { data: null, text: 'null', errors: [], refused: verdict.refusals.map(({ message }) => message) };
      const { data, errors } = await answerOperation(verdict.operation, verdict.variables, verdict.coerced, null);
      return { data: JSON.parse(data) as unknown, text: data, errors };
    },
  };
}
