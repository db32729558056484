import type { SdlGraph } from './sdl-graph.ts';

/** Entities that lead to themselves, keys reached one through the other, value types put together from two subgraphs. */
export const kin: SdlGraph = {
  name: 'kin',
  subgraphs: [
    {
      name: 'births',
      sdl: `
        type Person @key(fields: "id") { id: ID! mother: Person father: Person children(first: Int = 3): [Person!] born: Day }
        type Day @shareable { year: Int! month: Int }
        type Query { person(id: ID!): Person eldest: [Person] today: Day @shareable }`,
    },
    {
      name: 'names',
      sdl: `
        type Person @key(fields: "id") @key(fields: "number") { id: ID! number: ID! first: String! last: String nicknames: [[String!]] }
        type Query { named(last: String!): [Person!] today: Day @shareable }
        type Day @shareable { year: Int! month: Int }
        type Mutation { christen(id: ID!, names: [Name!]!): Person }
        input Name { first: String! last: String = "Doe" rank: Rank = SECOND }
        enum Rank { FIRST SECOND }`,
    },
    {
      name: 'houses',
      sdl: `
        type Person @key(fields: "number") { number: ID! house: House neighbours: [Person] }
        type House @key(fields: "id") { id: ID! people: [Person!]! owner: Person! }
        type Query { house(id: ID!): House }
        type Mutation { build(owner: ID!): House! }`,
    },
    {
      name: 'taxes',
      sdl: `
        type House @key(fields: "id") { id: ID! tax: Tax }
        type Tax { cents: Int! due: Day! payer: Person }
        type Day @shareable { year: Int! month: Int }
        type Person @key(fields: "number") { number: ID! debt: Float }
        type Query { taxes(over: Float = 1.5): [Tax!] }`,
    },
  ],
};
