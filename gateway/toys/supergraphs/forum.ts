import type { SdlGraph } from './sdl-graph.ts';

/** `@provides` on one, on many and on members of a union; unions whose members differ by subgraph; shared root fields. */
export const forum: SdlGraph = {
  name: 'forum',
  subgraphs: [
    {
      name: 'posts',
      sdl: `
        type Post @key(fields: "id") {
          id: ID!
          text: String
          author: Member @provides(fields: "nick")
          readers(first: Int): [Member] @provides(fields: "nick badge { colour }")
          attachment: Attachment
          thread: [[Post]]
        }
        type Member @key(fields: "id") { id: ID! nick: String @external badge: Badge @external }
        type Badge @key(fields: "id") { id: ID! colour: String @external }
        type Picture @key(fields: "id") { id: ID! width: Int! }
        type Quote @key(fields: "id") { id: ID! line: String of: Post }
        union Attachment = Picture | Quote
        union Hit = Post | Member
        type Query { post(id: ID!): Post posts(tags: [String!]): [Post!]! @shareable hits(text: String): [Hit!] @shareable version: String! @shareable }
        type Mutation { write(text: String!, tags: [String]): Post! drop(id: ID!): Boolean! }`,
    },
    {
      name: 'members',
      sdl: `
        type Member @key(fields: "id") { id: ID! nick: String @shareable badge: Badge @shareable friends(first: Int = 2): [Member!] favourite: Attachment }
        type Badge @key(fields: "id") { id: ID! colour: String @shareable }
        type Post @key(fields: "id") { id: ID! }
        type Picture @key(fields: "id") { id: ID! caption: String }
        union Attachment = Picture | Badge
        union Hit = Post | Member
        type Query { member(id: ID!): Member hits(text: String): [Hit!] @shareable version: String! @shareable }
        type Mutation { rename(id: ID!, nick: String): Member }`,
    },
    {
      name: 'votes',
      sdl: `
        type Post @key(fields: "id") { id: ID! votes: Int! voters: [Member] rank: Float }
        type Member @key(fields: "id") { id: ID! karma: Int given: [Post] }
        type Query { posts(tags: [String!]): [Post!]! @shareable version: String! @shareable top: Post }
        type Mutation { vote(post: ID!, up: Boolean = true): Post }`,
    },
  ],
};
