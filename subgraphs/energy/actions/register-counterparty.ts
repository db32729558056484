import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { type InputFault, invalid } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { faultsOfAnother, faultsOfEic, faultsOfName, type NewCounterparty } from '../hedging/counterparty.ts';
import { addCounterparty, lockCounterparties } from '../store/counterparties.ts';

/** Says which balancing group a counterparty has; said again it changes nothing. Schedules that are made from now on name it. */
export async function registerCounterparty({ db, actor }: DomainContext, counterparty: NewCounterparty) {
  const { name: by } = requireActor(actor);
  return transact(db, async (tx) => {
    const faults = [...faultsOfName('name', counterparty.name), ...faultsOfEic('eic', counterparty.eic)];
    const refused = faults.length > 0 ? faults : await knowCounterparty(tx, counterparty, { path: 'eic', by });
    return refused.length > 0 ? invalid(refused) : { name: counterparty.name };
  });
}

/** Keeps a counterparty that is new; answers what is wrong with one that is known otherwise. Its name and EIC are right in themselves. */
export async function knowCounterparty(tx: Tx, counterparty: NewCounterparty, { path, by }: { path: string; by: string }): Promise<InputFault[]> {
  const known = await lockCounterparties(tx, counterparty);
  const faults = faultsOfAnother(path, counterparty, known);
  if (faults.length === 0 && known.length === 0) await addCounterparty(tx, counterparty, { at: await businessNow(tx), by });
  return faults;
}
