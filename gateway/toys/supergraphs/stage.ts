import type { SdlGraph } from './sdl-graph.ts';

/** Interfaces without keys, fields that one subgraph promises and another does not (so that the planner renames them), `@requires` over a union. */
export const stage: SdlGraph = {
  name: 'stage',
  subgraphs: [
    {
      name: 'programme',
      sdl: `
        interface Act { name: String minutes: Int }
        type Play implements Act @key(fields: "id") { id: ID! name: String! @shareable minutes: Int! @shareable by: Author props: [Prop] }
        type Dance implements Act @key(fields: "id") { id: ID! name: String minutes: Int dancers: [Author!]! }
        type Author @key(fields: "id") { id: ID! name: String @shareable }
        type Lamp { watts: Int name: String! @shareable colour: String! @shareable height: Int! @shareable }
        type Chair @key(fields: "id") { id: ID! legs: Int! name: String colour: String height: Int }
        union Prop = Lamp | Chair
        type Query { acts(first: Int): [Act] act(id: ID!): Act evening: [[Act]] props: [Prop!] }
        type Mutation { cancel(id: ID!): Act }`,
    },
    {
      name: 'tickets',
      sdl: `
        type Play @key(fields: "id") { id: ID! name: String @shareable minutes: Int @shareable props: [Prop] @external rent: Int @requires(fields: "props { ... on Lamp { watts } ... on Chair { legs } }") seats: [Seat!] }
        type Dance @key(fields: "id") { id: ID! seats: [Seat!] sold: Int! }
        type Lamp { watts: Int @external name: String @shareable colour: String @shareable height: Int @shareable }
        type Chair @key(fields: "id") { id: ID! legs: Int! @external }
        union Prop = Lamp | Chair
        interface Place { row: Int price: Float! }
        type Seat implements Place { row: Int price: Float! number: Int! }
        type Box implements Place { row: Int price: Float! key: ID! }
        type Query { places: [Place!]! play(id: ID!): Play }
        type Mutation { buy(play: ID!, rows: [[Int]]): Play }`,
    },
    {
      name: 'people',
      sdl: `
        type Author @key(fields: "id") { id: ID! name: String @shareable born: Int plays: [Play!] }
        type Play @key(fields: "id") { id: ID! critics: [Author] }
        type Chair @key(fields: "id") { id: ID! sitter: Author }
        type Query { author(id: ID!): Author }`,
    },
  ],
};
