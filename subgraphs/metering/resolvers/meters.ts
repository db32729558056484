import { type PageArguments, toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import type { DomainContext } from '../context.ts';
import { metersPage } from '../store/meters.ts';
import { pageOrThrow } from './page.ts';

/** Meters of a contract or a customer; an id that is none has none. */
export async function listMeters({ db }: DomainContext, of: { contractId: string } | { customerId: string }, args: PageArguments) {
  const { first, after } = pageOrThrow(args, 1);
  const rows = isId(Object.values(of)[0]) ? await metersPage(db, of, first, after?.[0] ?? null) : [];
  return toConnection(rows, first, ({ meterNumber }) => [meterNumber]);
}
