import type { ToyDefinition } from './toy.ts';

const products = [
  { id: 'p1', name: 'Lamp', kind: 'INDOOR', grams: 10, makerId: 'm1' },
  { id: 'p2', name: 'Tent', kind: 'OUTDOOR', grams: 20, makerId: 'm1' },
  { id: 'p3', name: 'Rock', kind: 'SECRET', grams: 30, makerId: null },
];

const media = [
  { id: 'b1', title: 'Dune', pages: 600 },
  { id: 'f1', title: 'Tron', minutes: 96 },
];

/** A shop in three subgraphs: keys, @requires, an interface object, hidden enum values and types, mutations in order. */
export const shop: readonly ToyDefinition[] = [
  {
    name: 'catalog',
    sdl: `
      enum Kind { INDOOR OUTDOOR SECRET @inaccessible }
      interface Item { id: ID! name: String! }
      type Product implements Item @key(fields: "id") { id: ID! name: String! kind: Kind grams: Int! maker: Maker tags: [String!] price(currency: String! = "EUR"): Int! similar: [[Product]] strict: Strict! }
      type Ghost implements Item @inaccessible { id: ID! name: String! }
      type Strict { must: String! }
      type Maker @key(fields: "id") { id: ID! }
      interface Media @key(fields: "id") { id: ID! title: String! }
      type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int! }
      type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int! }
      input Wish { name: String! depth: Int = 1 }
      type Query {
        product(id: ID!): Product @scope(needs: [])
        products(first: Int = 3): [Product!]! @scope(needs: [])
        items: [Item] @scope(needs: [])
        media: [Media!]! @scope(needs: [])
        wish(wish: Wish): String @scope(needs: [])
        secret: String @scope(needs: ["vault:read"])
        mine: String @scope(needs: ["session"])
      }
      type Mutation { add(name: String!): Int @scope(needs: []) fail: Int @scope(needs: []) must: Int! @scope(needs: []) }`,
    resolvers: {
      Query: {
        product: (_: unknown, { id }: { id: string }) => products.find((product) => product.id === id),
        products: (_: unknown, { first }: { first: number }) => products.slice(0, first),
        items: () => [products[0], null, { id: 'g1', name: 'Boo', ghost: true }],
        media: () => media,
        wish: (_: unknown, { wish }: { wish?: object }) => JSON.stringify(wish ?? null),
        secret: () => 'gold',
        mine: () => 'yes',
      },
      Mutation: {
        add: (_: unknown, { name }: { name: string }) => added.push(name),
        fail: () => {
          throw new Error('no');
        },
        must: () => null,
      },
      Item: { __resolveType: (item: { ghost?: boolean }) => (item.ghost ? 'Ghost' : 'Product') },
      Media: {
        __resolveReference: ({ id }: { id: string }) => media.find((medium) => medium.id === id),
        __resolveType: (media: { pages?: number }) => (media.pages ? 'Book' : 'Film'),
      },
      Product: {
        __resolveReference: ({ id }: { id: string }) => products.find((product) => product.id === id),
        maker: ({ makerId }: { makerId: string | null }) => makerId && { id: makerId },
        tags: () => ['a', 'b'],
        price: (_: unknown, { currency }: { currency: string }) => (currency === 'EUR' ? 100 : 110),
        similar: ({ id }: { id: string }) => [[products[1], null], [], [products.find((product) => product.id === id)]],
        strict: () => ({ must: 'be' }),
      },
    },
  },
  {
    name: 'makers',
    sdl: `
      type Maker @key(fields: "id") { id: ID! name: String! country: Country! boss: Maker }
      type Country @key(fields: "code") { code: ID! }
      type Query { makers: [Maker!]! @scope(needs: []) }
      type Mutation { rename(id: ID!, name: String!): Maker @scope(needs: []) }`,
    resolvers: {
      Query: { makers: () => [{ id: 'm1' }, { id: 'm2' }] },
      Mutation: { rename: (_: unknown, { id, name }: { id: string; name: string }) => (added.push(`rename ${name}`), { id, name }) },
      Maker: {
        name: ({ id, name }: { id: string; name?: string }) => name ?? `Maker ${id}`,
        country: ({ id }: { id: string }) => ({ code: `c-${id}` }),
        boss: () => ({ id: 'm2' }),
      },
    },
  },
  {
    name: 'stock',
    sdl: `
      type Product @key(fields: "id") { id: ID! grams: Int! @external inStock: Int! freight: Int! @requires(fields: "grams") reviews: [Review!] }
      type Review { text: String! stars: Int! }
      type Country @key(fields: "code") { code: ID! name: String }
      type Media @interfaceObject @key(fields: "id") { id: ID! loans: Int! }
      type Query { mostLent: Media @scope(needs: []) }`,
    resolvers: {
      Query: { mostLent: () => ({ id: 'b1' }) },
      Product: {
        inStock: ({ id }: { id: string }) => Number(id.slice(1)),
        freight: ({ grams }: { grams: number }) => grams * 2,
        reviews: () => [{ text: 'fine', stars: 4 }],
      },
      Country: { name: ({ code }: { code: string }) => (code === 'c-m1' ? 'Norway' : null) },
      Media: { loans: ({ id }: { id: string }) => (id === 'b1' ? 7 : 3) },
    },
  },
];

/** What mutations did, in their order. */
export const added: string[] = [];
