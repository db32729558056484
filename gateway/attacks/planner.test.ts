// S12: documents that are small and valid, and hard to plan. They get a plan or a refusal; what is normal is served meanwhile.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, startToyGraph, type ToyGraph } from '../toys/graph.ts';
import type { ToyDefinition } from '../toys/toy.ts';

const MANY = 100;
const each = (make: (n: number) => string, count = MANY) => Array.from({ length: count }, (_, n) => make(n)).join(' ');

/** A union of a hundred entities whose fields lie in two subgraphs, and an entity with many keys in many subgraphs. */
const unions: readonly ToyDefinition[] = [
  {
    name: 'left',
    sdl: `${each((n) => `type T${n} @key(fields: "id") { id: ID! left${n}: Int }`)} union Any = ${each((n) => `| T${n}`)}
      type Query { any: [Any] @scope(needs: []) one: Int @scope(needs: []) }`,
    resolvers: { Query: { any: () => [{ __typename: 'T7', id: '7' }], one: () => 1 }, Any: { __resolveType: () => 'T7' } },
  },
  {
    name: 'right',
    sdl: each((n) => `type T${n} @key(fields: "id") { id: ID! right${n}: Int }`),
    resolvers: { T7: { right7: () => 77 } },
  },
];
const keys: readonly ToyDefinition[] = Array.from({ length: 8 }, (_, graph) => ({
  name: `keys${graph}`,
  sdl: `type Mash ${each((key) => `@key(fields: "k${(graph + key) % 8}")`, 3)} { ${each((key) => `k${(graph + key) % 8}: ID! @shareable`, 3)} ${each((n) => `shared${n}: Int @shareable`, 10)} }
    ${graph === 0 ? 'type Query { mash: Mash @scope(needs: []) }' : ''}`,
  resolvers: graph === 0 ? { Query: { mash: () => ({ k0: '0', k1: '1', k2: '2' }) } } : {},
}));

let graph: ToyGraph;
beforeAll(async () => {
  graph = await startToyGraph([...unions, ...keys]);
});
afterAll(() => graph.stop());

const HARD: readonly [string, string][] = [
  ['a hundred types of a union, each joined', `{ any { ${each((n) => `... on T${n} { left${n} right${n} }`)} } }`],
  ['the same within itself by fragments', `{ any { ...A ...B } } fragment A on Any { ${each((n) => `... on T${n} { left${n} }`)} } fragment B on Any { ${each((n) => `... on T${n} { right${n} }`)} }`],
  ['keys of eight subgraphs that lead to each other', `{ mash { ${each((n) => `k${n}`, 8)} ${each((n) => `shared${n}`, 10)} } }`],
];

test.each(HARD)('S12: %s', async (_, query) => {
  expect(await ask(graph.gateway, '{ one }')).toEqual({ data: { one: 1 } });
  const [hard, ...normal] = await Promise.all([ask(graph.gateway, query), ...Array.from({ length: 20 }, () => ask(graph.gateway, '{ one }'))]);
  expect(normal).toEqual(normal.map(() => ({ data: { one: 1 } })));
  const codes = hard.errors?.map(({ extensions }) => extensions.code) ?? [];
  expect(hard.data !== undefined || codes.every((code) => ['LIMIT_EXCEEDED', 'OVERLOADED'].includes(code))).toBe(true);
});
