// Lists have no place for a problem in their type: bad arguments end the field with BAD_USER_INPUT.
import { GraphQLError } from 'graphql';
import { type PageArguments, pageOf } from '@stromgraph/kernel/connection';
import { isProblem } from '@stromgraph/kernel/problem';

export function pageOrThrow(args: PageArguments, parts: number): { first: number; after: string[] | null } {
  const page = pageOf(args, parts);
  return isProblem(page) ? refuse(page.message) : page;
}

export function refuse(message: string): never {
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
