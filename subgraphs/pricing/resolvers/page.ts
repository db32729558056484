import { GraphQLError } from 'graphql';
import { forbidden } from '@stromgraph/kernel/auth';
import { type PageArguments, pageOf } from '@stromgraph/kernel/connection';
import { isProblem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';

/** A list has no place for a problem in its type: bad page arguments end the field with BAD_USER_INPUT. */
export function pageOrThrow(args: PageArguments, parts: number): { first: number; after: string[] | null } {
  const page = pageOf(args, parts);
  if (isProblem(page)) throw new GraphQLError(page.message, { extensions: { code: 'BAD_USER_INPUT' } });
  return page;
}

/** A channel's key sees its own channel only. */
export function requireChannel({ actor }: DomainContext, channel: string): void {
  if (actor?.kind === 'channel' && actor.channel !== channel) throw forbidden([`of the channel ${channel}`]);
}
