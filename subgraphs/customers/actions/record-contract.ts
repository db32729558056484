import type { z } from 'zod';
import type { ContractConfirmed } from '@stromgraph/events/contracts';
import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { Keyring } from '@stromgraph/kernel/seal';
import { insertPrice, insertReference } from '../store/contracts.ts';
import { addMarketLocation, premiseAt } from '../store/premises.ts';
import { createCustomerIfAbsent, partiesOf } from './create-customer.ts';

/** The customer if absent, the place of supply, the reference to the contract and its first price. */
export async function recordContract(tx: Tx, keyring: Keyring, confirmed: z.infer<typeof ContractConfirmed.schema>, at: Date): Promise<void> {
  const { customerId, contractId, price, startOn } = confirmed;
  await createCustomerIfAbsent(tx, keyring, confirmed, at);
  const { deliveryAddress } = await partiesOf(tx, keyring, confirmed);
  const premiseId = await premiseAt(tx, customerId, deliveryAddress, newId<'premise'>(), at);
  await addMarketLocation(tx, { ...confirmed, premiseId });
  await insertReference(tx, { ...confirmed, premiseId, tariffId: price.tariffId, tariffName: price.tariffName });
  await insertPrice(tx, { ...price, id: newId<'price'>(), contractId, customerId, validFrom: startOn });
}
