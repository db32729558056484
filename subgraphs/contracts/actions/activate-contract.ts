import { ContractActivated } from '@stromgraph/events/contracts';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { publish } from '@stromgraph/kernel/outbox';
import type { Keyring } from '@stromgraph/kernel/seal';
import { SYSTEM } from '../drafts/trail.ts';
import { beginSupply, lockContract } from '../store/contracts.ts';
import { recordEvent } from './record-event.ts';

/** The start of supply has come. A contract that was cancelled or revoked meanwhile stays what it is. */
export async function activateContract(tx: Tx, keyring: Keyring, contractId: string): Promise<void> {
  const contract = await lockContract(tx, contractId);
  if (contract?.state !== 'CONFIRMED') return;
  const { customerId, contractNumber, startOn } = contract;
  await beginSupply(tx, contractId);
  await recordEvent(tx, keyring, {
    contractId,
    customerId,
    type: 'ACTIVATED',
    actor: SYSTEM,
    at: await businessNow(tx),
    payload: { startOn },
  });
  await publish(tx, ContractActivated, {
    aggregateType: 'contract',
    aggregateId: contractId,
    data: { contractId, contractNumber, customerId, startOn },
  });
}
