import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { ContractEvent, ContractEventType } from '../drafts/trail.ts';

/** Adds to the end of a contract's trail; the database draws place, link and hash under the lock of the trail's head. */
export async function insertEvent(
  tx: Tx,
  event: { contractId: string; type: ContractEventType; sealed: string | null; actor: string; at: Date },
): Promise<void> {
  await tx.sql`INSERT INTO contracts.contract_event (contract_id, type, sealed, actor, correlation_id, at)
    VALUES (${event.contractId}, ${event.type}, ${event.sealed}, ${event.actor}, ${tx.correlationId}, ${event.at})`;
}

/** Oldest first. */
export const eventsPage = (db: Queryable, contractId: string, first: number, after: string[] | null): Promise<ContractEvent[]> =>
  db.sql<ContractEvent>`SELECT contract_id AS "contractId", sequence, type, sealed, actor, correlation_id AS "correlationId", at,
    encode(hash, 'hex') AS hash FROM contracts.contract_event
    WHERE contract_id = ${contractId} AND sequence > ${BigInt(after?.[0] ?? 0)} ORDER BY sequence LIMIT ${first + 1}`;

export type TrailFault = Readonly<{ contractId: string; sequence: bigint | null; fault: 'CHANGED' | 'PREDECESSOR_MISSING' | 'CUT_OFF' }>;

/** What is wrong with the trail of a contract, or of all; nothing means that it is whole. */
export const trailFaults = (db: Queryable, contractId: string | null): Promise<TrailFault[]> =>
  db.sql<TrailFault>`SELECT contract_id AS "contractId", sequence, fault FROM contracts.trail_faults(${contractId}) ORDER BY 1, 2`;
