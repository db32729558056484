// Contracts whose settled quantities may have changed though no reading did. To note one again takes its row, and who settles takes the rows first.
import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { MeterOfContract } from '../profit/quantity.ts';

/** Notes those of these contracts that have readings; answers how many. */
export async function addStaleContracts(tx: Tx, contractIds: readonly string[]): Promise<number> {
  const rows = await tx.sql`
    INSERT INTO energy.quantity_stale AS s (contract_id) SELECT DISTINCT contract_id FROM energy.register_read WHERE contract_id = ANY (${contractIds}::uuid[]) ORDER BY 1
    ON CONFLICT (contract_id) DO UPDATE SET contract_id = s.contract_id RETURNING contract_id`;
  return rows.length;
}

/** Notes the contracts of a load profile that have readings; answers how many. */
export async function addStaleProfile(tx: Tx, profile: string): Promise<number> {
  const rows = await tx.sql`
    INSERT INTO energy.quantity_stale AS s (contract_id)
    SELECT c.contract_id FROM energy.supply_contract c WHERE c.profile = ${profile} AND EXISTS (SELECT FROM energy.register_read r WHERE r.contract_id = c.contract_id) ORDER BY 1
    ON CONFLICT (contract_id) DO UPDATE SET contract_id = s.contract_id RETURNING contract_id`;
  return rows.length;
}

/** Notes the contracts that have settled days of a month; answers how many. */
export async function addStaleMonth(tx: Tx, month: LocalDate): Promise<number> {
  const rows = await tx.sql`
    INSERT INTO energy.quantity_stale AS s (contract_id)
    SELECT DISTINCT q.contract_id FROM energy.quantity_settlement q WHERE q.from_on < (${month}::date + interval '1 month')::date AND q.until_on >= ${month} ORDER BY 1
    ON CONFLICT (contract_id) DO UPDATE SET contract_id = s.contract_id RETURNING contract_id`;
  return rows.length;
}

/** Takes the next noted contracts and answers their meters. */
export async function takeStaleMeters(tx: Tx, count: number): Promise<{ contracts: number; meters: MeterOfContract[] }> {
  const taken = await tx.sql<{ contract_id: string }>`
    DELETE FROM energy.quantity_stale WHERE contract_id IN (SELECT contract_id FROM energy.quantity_stale ORDER BY contract_id LIMIT ${count} FOR UPDATE) RETURNING contract_id`;
  const rows = await tx.sql<{ meter_id: string; contract_id: string }>`
    SELECT DISTINCT meter_id, contract_id FROM energy.register_read WHERE contract_id = ANY (${taken.map((row) => row.contract_id)}::uuid[]) ORDER BY 1, 2`;
  return { contracts: taken.length, meters: rows.map((row) => ({ meterId: row.meter_id, contractId: row.contract_id })) };
}
