import { GraphQLError } from 'graphql';
import { type Connection, type PageArguments, pageOf, toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { MarketMessage } from '../messages/message.ts';
import { type MessageFilter, messagesPage } from '../store/messages.ts';

/** A list has no place for a problem in its type: bad arguments end the field with BAD_USER_INPUT. */
export async function listMessages({ db }: DomainContext, filter: MessageFilter, args: PageArguments): Promise<Connection<MarketMessage>> {
  const page = pageOf(args, 1);
  if (isProblem(page)) throw badInput(page.message);
  const after = page.after?.[0] ?? null;
  if (after !== null && !isId(after)) throw badInput('after: is not a cursor of this list');
  const { first } = page;
  return toConnection(await messagesPage(db, checkFilter(filter), first, after), first, (message) => [message.id]);
}

/** Ids are UUIDs; anything else finds nothing and is told so. */
export function checkFilter(filter: MessageFilter): MessageFilter {
  for (const name of ['contractId', 'processId'] as const) if (filter[name] != null && !isId(filter[name])) throw badInput(`filter.${name}: ${filter[name]} is not an id`);
  return filter;
}

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
