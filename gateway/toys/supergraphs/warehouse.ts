import type { SdlGraph } from './sdl-graph.ts';

/** `@requires` of a value, of nested values and through lists; several keys, compound and nested keys. */
export const warehouse: SdlGraph = {
  name: 'warehouse',
  subgraphs: [
    {
      name: 'goods',
      sdl: `
        type Article @key(fields: "id") @key(fields: "sku") {
          id: ID! sku: ID! name: String grams: Int box: Box! parts: [Part!] boxes: [[Box]]
        }
        type Box { width: Int! height: Int wrapping: Wrapping }
        type Wrapping { colour: String layers: [Int] }
        type Part @key(fields: "id supplier { id }") { id: ID! supplier: Supplier! grams: Int }
        type Supplier @key(fields: "id") { id: ID! }
        type Query { article(id: ID!): Article articles(first: Int = 2, named: String): [Article!]! parts: [Part] }`,
    },
    {
      name: 'freight',
      sdl: `
        type Article @key(fields: "id") {
          id: ID!
          grams: Int @external
          box: Box! @external
          parts: [Part!] @external
          boxes: [[Box]] @external
          freight(zone: Zone = NEAR): Int @requires(fields: "grams")
          volume: Int! @requires(fields: "box { width height wrapping { layers } }")
          heaviest: Int @requires(fields: "parts { grams }")
          pile: [[Int]] @requires(fields: "boxes { height } grams")
        }
        enum Zone { NEAR FAR }
        type Box { width: Int! @external height: Int @external wrapping: Wrapping @external }
        type Wrapping { layers: [Int] @external }
        type Part @key(fields: "id supplier { id }") { id: ID! supplier: Supplier! grams: Int @external fee: Int @requires(fields: "grams") }
        type Supplier @key(fields: "id") { id: ID! }
        type Query { dearest: Article }`,
    },
    {
      name: 'stock',
      sdl: `
        type Article @key(fields: "sku") { sku: ID! inStock: Int! shelf: Shelf }
        type Shelf @key(fields: "hall number") { hall: ID! number: ID! }
        type Query { lowest(first: Int): [Article] }
        type Mutation { move(sku: ID!, to: Place!): Article }
        input Place { hall: String! = "A" numbers: [Int!] under: Place }`,
    },
    {
      name: 'halls',
      sdl: `
        type Shelf @key(fields: "hall number") @key(fields: "code") { hall: ID! number: ID! code: ID! articles: [Article!] keeper: Supplier }
        type Article @key(fields: "sku") { sku: ID! }
        type Supplier @key(fields: "id") { id: ID! name: String! country: String }
        type Query { shelves: [Shelf!] }
        type Mutation { sweep(hall: String = "B"): [Shelf] }`,
    },
  ],
};
