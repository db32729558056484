import { forbidden } from '@stromgraph/kernel/auth';
import { type PageArguments, toConnection } from '@stromgraph/kernel/connection';
import { unsealAll } from '@stromgraph/kernel/seal';
import type { DomainContext } from '../context.ts';
import type { ContractEvent } from '../drafts/trail.ts';
import { eventsPage } from '../store/trail.ts';
import { pageOrThrow } from './page.ts';

/** An event of the trail with what it says, which is null once the customer is erased. */
export type OpenedEvent = Omit<ContractEvent, 'sealed'> & Readonly<{ payload: unknown }>;

/** A page of a contract's trail, opened. Staff only: it names colleagues. */
export async function listEvents(
  ctx: DomainContext,
  { contractId, customerId }: { contractId: string; customerId: string },
  args: PageArguments,
) {
  refuseCustomers(ctx);
  const { first, after } = pageOrThrow(args, [(key) => /^\d{1,15}$/.test(key)]);
  const events = await eventsPage(ctx.db, contractId, first, after);
  const texts = await unsealAll(
    ctx.db,
    ctx.keyring,
    events.map(({ sealed }) => ({ customerId, sealed })),
  );
  const opened = events.map(
    ({ sealed: _sealed, ...event }, index): OpenedEvent => ({ ...event, payload: texts[index] == null ? null : JSON.parse(texts[index]) }),
  );
  return toConnection(opened, first, (event) => [event.sequence.toString()]);
}

export function refuseCustomers({ actor }: DomainContext): void {
  if (actor?.customerId) throw forbidden(['of staff']);
}
