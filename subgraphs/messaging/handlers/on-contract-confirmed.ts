import { ContractConfirmed } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { knowCustomer } from '../actions/know-customer.ts';
import { writeForEvent } from '../actions/write-for-event.ts';

/** The market agreed: from now on we know whom to write to, and the first thing we write is that. */
export const onContractConfirmed = on(ContractConfirmed, async (tx, event, tools) => {
  const { customerId, sealed, contractNumber, price, startOn, meterNumber, expectedWattHours } = event.data;
  if (!(await knowCustomer(tx, tools.keyring, { customerId, sealed }))) return;
  await writeForEvent(tx, tools, { event, customerId, given: { contractNumber, tariffName: price.tariffName, startOn, meterNumber, expectedEnergy: expectedWattHours } });
});
