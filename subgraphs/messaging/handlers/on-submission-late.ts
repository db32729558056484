import { SubmissionLate } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { writeForEvent } from '../actions/write-for-event.ts';

/** Staff who can do something about it read it in the application. */
export const onSubmissionLate = on(SubmissionLate, (tx, event, tools) => {
  const { contractId, level, signedAt } = event.data;
  return writeForEvent(tx, tools, { event, customerId: null, given: { contractId, level, signedAt } });
});
