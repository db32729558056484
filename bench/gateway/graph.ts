// Five subgraphs, three levels of joins: the shapes S, M and L that gateways are compared on.
import { composeToys } from '@stromgraph/gateway/toys/compose';
import type { ToyDefinition } from '@stromgraph/gateway/toys/toy';

const MANY = 100;
const reviewsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `r${n}`,
    body: `Review number ${n}, neither short nor very long.`,
    stars: n % 5,
    product: { id: `p${n}` },
  }));

export const SUBGRAPHS: readonly ToyDefinition[] = [
  {
    name: 'accounts',
    sdl: 'type User @key(fields: "id") { id: ID! name: String! email: String! city: String } type Query { me: User! @scope(needs: ["session"]) }',
    resolvers: { Query: { me: () => ({ id: 'u1', name: 'Ada Lovelace', email: 'ada@example.test', city: 'London' }) } },
  },
  {
    name: 'reviews',
    sdl: `
      type User @key(fields: "id") { id: ID! reviews(first: Int! = 5): [Review!]! }
      type Review @key(fields: "id") { id: ID! body: String! stars: Int! product: Product! }
      type Product @key(fields: "id") { id: ID! }`,
    resolvers: { User: { reviews: (_: unknown, { first }: { first: number }) => reviewsOf(Math.min(first, MANY)) } },
  },
  {
    name: 'products',
    sdl: 'type Product @key(fields: "id") { id: ID! name: String! priceCents: Int! } type Query { product: Product @scope(needs: []) }',
    resolvers: {
      Product: { name: ({ id }: { id: string }) => `Product ${id}`, priceCents: ({ id }: { id: string }) => Number(id.slice(1)) * 100 },
    },
  },
  {
    name: 'inventory',
    sdl: 'type Product @key(fields: "id") { id: ID! inStock: Boolean! shelf: String }',
    resolvers: { Product: { inStock: ({ id }: { id: string }) => id.endsWith('1'), shelf: ({ id }: { id: string }) => `shelf-${id}` } },
  },
  {
    name: 'shipping',
    sdl: 'type Product @key(fields: "id") { id: ID! days: Int! carrier: Carrier! } type Carrier { name: String! }',
    resolvers: { Product: { days: () => 3, carrier: () => ({ name: 'Post' }) } },
  },
];

const joined = (first: number) =>
  `query Joined { me { name reviews(first: ${first}) { body stars product { name priceCents inStock shelf days carrier { name } } } } }`;

export const SHAPES: Readonly<Record<string, string>> = {
  S: 'query Small { me { id name email city } }',
  M: joined(3),
  L: joined(MANY),
};

/** The composed graph with the addresses where its subgraphs listen. */
export const supergraphWith = (urls: Readonly<Record<string, string>>): string =>
  Object.entries(urls).reduce((sdl, [name, url]) => sdl.replace(`http://${name}.invalid/graphql`, url), composeToys(SUBGRAPHS));
