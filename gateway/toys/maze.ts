import type { ToyDefinition } from './toy.ts';

const WAYS = 6;
const FIELDS = 10;

const list = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join(' ');

/** Every field can be had from every subgraph, so that the planner weighs more ways the deeper a question goes. */
export const maze: readonly ToyDefinition[] = Array.from({ length: WAYS }, (_, way) => ({
  name: `way${way}`,
  sdl: `
    type Query { ${way === 0 ? 'node(id: ID!)' : `entrance${way}`}: Node @scope(needs: []) }
    type Node @key(fields: "id") { id: ID! ${list(FIELDS, (n) => `f${n}: String @shareable`)} next: Node @shareable own${way}: String }`,
  resolvers: {
    Query: { node: (_: unknown, { id }: { id: string }) => ({ id, next: null }) },
    Node: { f0: () => 'here', [`own${way}`]: () => `way ${way}` },
  },
}));

/** Within all limits; at depth 1 planned in milliseconds, at 5 in seconds. */
export function lostInMaze(depth: number, name = 'Lost'): string {
  const node = (below: number): string =>
    `${list(WAYS, (n) => `own${n}`)} ${list(FIELDS, (n) => `f${n}`)} ${below > 0 ? `next { ${node(below - 1)} }` : ''}`;
  return `query ${name} { node(id: "1") { ${node(depth)} } }`;
}
