import { GraphQLError } from 'graphql';
import { type Connection, type PageArguments, pageOf, toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { Message } from '../messages/message.ts';
import { type MessageFilter, messagesPage } from '../store/messages.ts';

export async function listMessages({ db }: DomainContext, filter: MessageFilter, args: PageArguments): Promise<Connection<Message>> {
  const { first, after } = pageOrThrow(args, 1);
  if (after && !isId(after[0])) throw badInput('after: is not a cursor of this list');
  return toConnection(await messagesPage(db, checkCustomer(filter), first, after?.[0] ?? null), first, (message) => [message.id]);
}

/** A list has no place for a problem in its type: bad arguments end the field with BAD_USER_INPUT. */
export function pageOrThrow(args: PageArguments, parts: number): { first: number; after: string[] | null } {
  const page = pageOf(args, parts);
  if (isProblem(page)) throw badInput(page.message);
  return page;
}

export function checkCustomer<Filter extends { customerId?: string | null }>(filter: Filter): Filter {
  if (filter.customerId != null && !isId(filter.customerId)) throw badInput(`customerId: ${filter.customerId} is not an id`);
  return filter;
}

export const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
