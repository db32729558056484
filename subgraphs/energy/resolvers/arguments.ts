// Lists and streams have no place for a problem in their type: bad arguments end the field with BAD_USER_INPUT.
import { GraphQLError } from 'graphql';
import { type PageArguments, pageOf } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { daysBetween, isLocalDate, type LocalDate, parseInstant } from '@stromgraph/kernel/time';
import type { PositionRange } from '../positions/position.ts';

const DAY_MS = 86_400_000;
/** Days have a year of four digits, also the one after the last. */
const LAST_INSTANT = new Date('9999-12-30T00:00:00Z');
export const NOT_A_CURSOR = 'after: is not a cursor of this list (allowed: an endCursor that this list gave)';

export function pageOrThrow(args: PageArguments, parts: number): { first: number; after: string[] | null } {
  const page = pageOf(args, parts);
  return isProblem(page) ? refuse(page.message) : page;
}

/** The page of a list in order of days. */
export function dayPageOrThrow(args: PageArguments): { first: number; after: string[] | null } {
  const page = pageOrThrow(args, 1);
  return page.after && !isLocalDate(page.after[0]!) ? refuse(NOT_A_CURSOR) : page;
}

/** The page of a list in order of instants, whose rows have an id each. */
export function instantPageOrThrow(args: PageArguments): { first: number; after: string[] | null } {
  const page = pageOrThrow(args, 2);
  return page.after && !(parseInstant(page.after[0]!) && isId(page.after[1]!)) ? refuse(NOT_A_CURSOR) : page;
}

type RangeArguments = Readonly<{ gridAreaIds?: readonly string[] | null; from: Date; until: Date }>;

export function rangeOrThrow({ gridAreaIds, from, until }: RangeArguments, maxDays: number): PositionRange {
  if (until <= from) refuse('until: is not after from (allowed: later than from)');
  if (until > LAST_INSTANT) refuse(`until: is beyond the calendar (allowed: ${LAST_INSTANT.toISOString()} or earlier)`);
  if (until.getTime() - from.getTime() > maxDays * DAY_MS) refuse(`until: is too far from from (allowed: at most ${maxDays} days)`);
  return { gridAreaIds: areasOrThrow(gridAreaIds), from, until };
}

export function daysOrThrow({ from, until }: { from: LocalDate; until: LocalDate }, maxDays: number): void {
  const days = daysBetween(from, until);
  if (days < 1 || days > maxDays) refuse(`until: is ${days} days after from (allowed: 1 to ${maxDays})`);
}

/** Null stands for every area. */
export const areasOrThrow = (ids: readonly string[] | null | undefined): readonly string[] | null => idsOrThrow('gridAreaIds', ids);

/** Null stands for all. */
export function idsOrThrow(name: string, ids: readonly string[] | null | undefined): readonly string[] | null {
  const strange = ids?.findIndex((id) => !isId(id)) ?? -1;
  const of = name === 'gridAreaIds' ? 'grid areas' : 'balancing groups';
  return strange >= 0 ? refuse(`${name}.${strange}: is not an id (allowed: ids of ${of})`) : (ids ?? null);
}

export function refuse(message: string): never {
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
