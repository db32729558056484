import { SwitchFailed } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { knowCustomer } from '../actions/know-customer.ts';
import { writeForEvent } from '../actions/write-for-event.ts';

/** Whoever applied is told, also if no contract of theirs was ever confirmed. */
export const onSwitchFailed = on(SwitchFailed, async (tx, event, tools) => {
  const { customerId, sealed, maloId, codeList, code, reason } = event.data;
  if (!(await knowCustomer(tx, tools.keyring, { customerId, sealed }))) return;
  await writeForEvent(tx, tools, { event, customerId, given: { maloId, codeList, code, reason } });
});
