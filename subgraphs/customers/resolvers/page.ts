import { type PageArguments, pageOf } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { badInput } from '@stromgraph/kernel/input';
import { fault, invalid, isProblem } from '@stromgraph/kernel/problem';

/** The page of a list with cursors of `parts` keys; anything else ends the field. */
export function pageOrThrow(args: PageArguments, parts: number): { first: number; after: string[] | null } {
  const page = pageOf(args, parts);
  if (isProblem(page)) throw badInput(page);
  return page;
}

/** The page of a list whose cursors are ids. */
export function idPageOrThrow(args: PageArguments): { first: number; after: string | null } {
  const { first, after } = pageOrThrow(args, 1);
  if (after && !isId(after[0])) throw notOfThisList();
  return { first, after: after?.[0] ?? null };
}

export const notOfThisList = () => badInput(invalid([fault('after', 'is not a cursor of this list', 'an endCursor that this list gave')]));
