import { hashOf, isAmong } from '../random.ts';
import type { SubgraphResult } from './subgraph.ts';
import type { World } from './world.ts';

/** An answer as it goes over the wire; null is a connection that was lost. */
export type WireAnswer = Readonly<{ status: number; contentType: string; text: string }> | null;

/** What is wrong with the answer as a whole, for some of the subgraphs. */
const OF_THE_ANSWER = {
  'connection lost': () => null,
  'status 500': () => ({ status: 500, contentType: 'application/json', text: '{"errors":[{"message":"no"}]}' }),
  'HTML': () => ({ status: 200, contentType: 'text/html', text: '<html><body>504</body></html>' }),
  'truncated JSON': (result) => json(JSON.stringify(result).slice(0, -2)),
  'errors without data': () => json('{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}'),
  'data null with errors': () => json('{"data":null,"errors":[{"message":"no"}]}'),
  'an empty object': () => json('{}'),
  'fewer entities': (result) => withEntities(result, (entities) => entities.slice(1)),
  'more entities': (result) => withEntities(result, (entities) => [...entities, null]),
  'an error without a path': (result) => json(JSON.stringify({ ...result, errors: [...(result.errors ?? []), { message: 'beside' }] })),
} as const satisfies Record<string, (result: SubgraphResult) => WireAnswer>;

/** What is wrong with single values; undefined is a key that is missing. */
const OF_A_VALUE = {
  'a text for an Int': (value) => (Number.isInteger(value) ? 'many' : value),
  'a number for a text': (value, key) => (typeof value === 'string' && key !== '__typename' ? 7.5 : value),
  'an object for a list': (value) => (Array.isArray(value) ? { odd: true } : value),
  'a list for an object': (value) => (isObject(value) ? [value] : value),
  'a number for an object': (value) => (isObject(value) ? 7 : value),
  'a null where none may be': (value, key) => (key === '__typename' ? value : null),
  'a key left out': (value, key) => (key === '__typename' ? value : undefined),
  'an unknown __typename': (value, key) => (key === '__typename' ? 'Nonsense' : value),
  'a __typename of another type': (value, key) => (key === '__typename' ? 'Query' : value),
} as const satisfies Record<string, (value: unknown, key: string) => unknown>;

export type FaultKind = keyof typeof OF_THE_ANSWER | keyof typeof OF_A_VALUE;

export const FAULTS = [...Object.keys(OF_THE_ANSWER), ...Object.keys(OF_A_VALUE)] as readonly FaultKind[];

/** What hits more seldom is tried twice as often. */
export const FAULTS_TO_TRY = [...FAULTS, ...(Object.keys(OF_A_VALUE) as FaultKind[]), 'fewer entities', 'more entities', 'a text for an Int', 'a text for an Int', 'a number for an object'] as const;

const SHARE_OF_SUBGRAPHS = 0.75;
const SHARE_OF_VALUES = 0.5;

/** The answer of one subgraph, spoilt if the world's fault falls on it. Which value it falls on depends on the value alone. */
export function spoil(world: World, service: string, result: SubgraphResult): WireAnswer {
  const { fault } = world;
  const intact = json(JSON.stringify(result));
  if (fault === null) return intact;
  if (fault in OF_THE_ANSWER) {
    if (!fault.endsWith('entities') && !isAmong(SHARE_OF_SUBGRAPHS, hashOf(world.seed, service))) return intact;
    const answer = OF_THE_ANSWER[fault as keyof typeof OF_THE_ANSWER](result);
    if (answer?.text !== intact?.text) world.events.add(fault);
    return answer;
  }
  const change = OF_A_VALUE[fault as keyof typeof OF_A_VALUE] as (value: unknown, key: string) => unknown;
  const { data } = result;
  if (data) for (const value of [data, data._entities].flat()) spoilFields(world, value, change);
  const answer = json(JSON.stringify(result));
  if (answer?.text !== intact?.text) world.events.add(fault);
  return answer;
}

function spoilFields(world: World, value: unknown, change: (value: unknown, key: string) => unknown): void {
  if (Array.isArray(value)) for (const element of value) spoilFields(world, element, change);
  if (!isObject(value)) return;
  const fields = value;
  const identity = JSON.stringify(fields, (key, inner: unknown) => (key === '__typename' ? undefined : inner)); // one engine may ask for it where the other does not
  for (const key of Object.keys(fields)) {
    if (key === '_entities') continue;
    const value = fields[key];
    const spoilt = isAmong(SHARE_OF_VALUES, hashOf(world.seed, key, identity)) ? change(value, key) : value;
    if (spoilt === value) spoilFields(world, value, change);
    else fields[key] = spoilt;
  }
}

function json(text: string): WireAnswer {
  return { status: 200, contentType: 'application/json', text };
}

function withEntities(result: SubgraphResult, change: (entities: unknown[]) => unknown[]): WireAnswer {
  const entities = result.data?._entities;
  if (!Array.isArray(entities)) return json(JSON.stringify(result));
  return json(JSON.stringify({ ...result, data: { ...result.data, _entities: change(entities) } }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
