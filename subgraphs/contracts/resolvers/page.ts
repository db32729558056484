import { GraphQLError } from 'graphql';
import { type PageArguments, pageOf } from '@stromgraph/kernel/connection';
import { isProblem } from '@stromgraph/kernel/problem';

const refuse = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** A list has no place for a problem in its type: bad page arguments end the field with BAD_USER_INPUT. Each part of a cursor has a check. */
export function pageOrThrow(args: PageArguments, parts: readonly ((key: string) => boolean)[]): { first: number; after: string[] | null } {
  const page = pageOf(args, parts.length);
  if (isProblem(page)) throw refuse(page.message);
  if (page.after?.some((key, index) => !parts[index]!(key)))
    throw refuse('after: is not a cursor of this list (allowed: an endCursor that this list gave)');
  return page;
}
