// How a contract and its record of the market location end.
import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { EndReason } from '../supply/end.ts';

/** It never comes to a supply. */
export async function neverBegin(tx: Tx, id: string, { state, reason }: { state: 'CANCELLED' | 'REVOKED'; reason: EndReason }): Promise<void> {
  await tx.sql`UPDATE contracts.contract SET state = ${state}, cancellation_status = 'CONFIRMED', end_reason = ${reason} WHERE id = ${id}`;
  await tx.sql`UPDATE contracts.customer_malo SET change_status = 'CANCELLED' WHERE contract_id = ${id} AND change_status = 'CONFIRMED'`;
}

/** The end is decided; supply goes on until then. A record of another meter from the end on or later never comes to measure. */
export async function decideEndOf(tx: Tx, id: string, { endOn, reason }: { endOn: LocalDate; reason: EndReason }): Promise<void> {
  await tx.sql`UPDATE contracts.contract SET cancellation_status = 'CONFIRMED', end_reason = ${reason}, end_on = ${endOn} WHERE id = ${id}`;
  await tx.sql`UPDATE contracts.customer_malo SET change_status = 'CANCELLED' WHERE contract_id = ${id} AND change_status IN ('CONFIRMED', 'SUPPLYING') AND valid_from >= ${endOn}`;
  await tx.sql`UPDATE contracts.customer_malo SET valid_until = ${endOn} WHERE contract_id = ${id} AND change_status IN ('CONFIRMED', 'SUPPLYING') AND (valid_until IS NULL OR valid_until > ${endOn})`;
}

export async function revokeSupply(tx: Tx, id: string): Promise<void> {
  await tx.sql`UPDATE contracts.contract SET state = 'REVOKED' WHERE id = ${id}`;
}

/** The day has come: supply is over. A revoked contract stays that. */
export async function endSupply(tx: Tx, id: string): Promise<void> {
  await tx.sql`UPDATE contracts.contract SET state = 'TERMINATED', termination_reason = end_reason WHERE id = ${id} AND state IN ('ACTIVE', 'SUSPENDED')`;
  await tx.sql`UPDATE contracts.customer_malo SET change_status = 'ENDED' WHERE contract_id = ${id} AND change_status IN ('CONFIRMED', 'SUPPLYING')`;
}
