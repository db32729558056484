import type { Tx } from '@stromgraph/kernel/database';
import { type Keyring, seal } from '@stromgraph/kernel/seal';
import type { ContractEventType } from '../drafts/trail.ts';
import { insertEvent } from '../store/trail.ts';

export type Happened = Readonly<{
  contractId: string;
  customerId: string;
  type: ContractEventType;
  actor: string;
  at: Date;
  payload: object;
}>;

/** Adds to a contract's trail; what happened in detail is sealed under the customer's key. */
export async function recordEvent(tx: Tx, keyring: Keyring, { customerId, payload, ...event }: Happened): Promise<void> {
  await insertEvent(tx, { ...event, sealed: await seal(tx, keyring, customerId, JSON.stringify(payload)) });
}
