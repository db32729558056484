import { GraphQLError } from 'graphql';
import { type Connection, type PageArguments, pageOf, toConnection } from '@stromgraph/kernel/connection';
import { isProblem } from '@stromgraph/kernel/problem';

/** A list has no place for a problem in its type: bad page arguments end the field with BAD_USER_INPUT. */
export function pageOrThrow(args: PageArguments, parts: number): { first: number; after: string[] | null } {
  const page = pageOf(args, parts);
  if (isProblem(page)) throw new GraphQLError(page.message, { extensions: { code: 'BAD_USER_INPUT' } });
  return page;
}

export const toPage: <Node>(rows: readonly Node[], first: number, keysOf: (node: Node) => string[]) => Connection<Node> = toConnection;
