import type { Id } from '@stromgraph/kernel/ids';
import { loadMany, loadOne } from '@stromgraph/kernel/loader';
import { type Keyring, unsealAll } from '@stromgraph/kernel/seal';
import type { CustomersDb } from './context.ts';
import type { ContractPrice, Customer, Premise } from './record/customer.ts';
import { pricesOf } from './store/contracts.ts';
import { customersById } from './store/customers.ts';
import { premisesById } from './store/premises.ts';

const ID_LENGTH = 36;

export const makeLoaders = (db: CustomersDb, keyring: Keyring) => ({
  customer: loadOne((ids: readonly Id<'customer'>[]) => customersById(db, ids), (customer: Customer) => customer.id),
  premise: loadOne((ids: readonly Id<'premise'>[]) => premisesById(db, ids), (premise: Premise) => premise.id),
  prices: loadMany((ids: readonly Id<'contract'>[]) => pricesOf(db, ids), (price: ContractPrice) => price.contractId),
  /** What is sealed under customers' keys, by customer id and sealed text in one; opened with one look-up of keys. */
  revealed: loadOne(
    async (keys: readonly string[]) => {
      const texts = await unsealAll(db, keyring, keys.map((key) => ({ customerId: key.slice(0, ID_LENGTH), sealed: key.slice(ID_LENGTH) })));
      return keys.map((key, index) => ({ key, text: texts[index] ?? null }));
    },
    ({ key }) => key,
  ),
});
export type Loaders = ReturnType<typeof makeLoaders>;
