import type { SdlGraph } from './sdl-graph.ts';

/** Interface objects: two subgraphs know only `Medium`, one of them with a `@requires`; lists in lists beside. */
export const library: SdlGraph = {
  name: 'library',
  subgraphs: [
    {
      name: 'catalog',
      sdl: `
        interface Medium @key(fields: "id") { id: ID! title: String! related: [Medium] }
        type Book implements Medium @key(fields: "id") { id: ID! title: String! related: [Medium] pages: Int chapters: [[Chapter!]] }
        type Film implements Medium @key(fields: "id") { id: ID! title: String! related: [Medium] minutes: Int! director: Person }
        type Song implements Medium @key(fields: "id") { id: ID! title: String! related: [Medium] singer: Person! }
        type Chapter { title: String! pages: Int }
        type Person @key(fields: "id") { id: ID! }
        union Found = Book | Film | Person
        type Query {
          media(first: Int = 3): [Medium!]
          medium(id: ID!): Medium
          found(text: String!): [Found]
          book: Book
        }`,
    },
    {
      name: 'loans',
      sdl: `
        type Medium @interfaceObject @key(fields: "id") {
          id: ID!
          title: String! @external
          loans: Int!
          holders: [Person]
          overdue(days: Int = 3): Boolean
          label: String @requires(fields: "title")
        }
        type Person @key(fields: "id") { id: ID! name: String holding: [Medium!] }
        type Query { mostLent: [Medium] person(id: ID!): Person }
        type Mutation { lend(medium: ID!): Medium giveBack(media: [ID!]!): [Medium] }`,
    },
    {
      name: 'reviews',
      sdl: `
        type Medium @interfaceObject @key(fields: "id") { id: ID! reviews(atLeast: Int): [Review] stars: Float }
        type Review @key(fields: "id") { id: ID! text: String by: Person }
        type Person @key(fields: "id") { id: ID! reviews: [Review!]! }
        type Query { review(id: ID!): Review }
        type Mutation { review(medium: ID!, text: String): Review! }`,
    },
  ],
};
