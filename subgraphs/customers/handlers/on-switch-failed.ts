import { SwitchFailed } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { createCustomerIfAbsent } from '../actions/create-customer.ts';
import { refreshSearch } from '../store/search.ts';
import { recordInTimeline } from './record.ts';

/** Who signed and was refused by the market calls us too: the agent must find them and why. */
export const onSwitchFailed = on(SwitchFailed, async (tx, event, { keyring }) => {
  const { customerId, sealed } = event.data;
  await createCustomerIfAbsent(tx, keyring, { customerId, sealed, customerKind: null }, event.occurredAt);
  await recordInTimeline(tx, event);
  await refreshSearch(tx, [customerId]);
});
