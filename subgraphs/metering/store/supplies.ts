import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';

export type SupplyContract = Readonly<{
  contractId: string;
  customerId: string;
  marketLocationId: string;
  maloId: string;
  startOn: LocalDate;
  endOn: LocalDate | null;
  expectedWattHours: bigint;
}>;

/** False when the contract is known already. */
export async function addSupply(tx: Tx, supply: SupplyContract & Readonly<{ meteringKind: 'PROFILE' | 'INTERVAL' }>): Promise<boolean> {
  const added = await tx.sql`
    INSERT INTO metering.supply (contract_id, customer_id, market_location_id, malo_id, start_on, end_on, expected_watt_hours, metering_kind)
    VALUES (${supply.contractId}, ${supply.customerId}, ${supply.marketLocationId}, ${supply.maloId}, ${supply.startOn}, ${supply.endOn},
      ${supply.expectedWattHours}, ${supply.meteringKind})
    ON CONFLICT (contract_id) DO NOTHING RETURNING contract_id`;
  return added.length > 0;
}

/** Contracts at a market location that are supplied at an instant or later, the latest start first. */
export async function suppliesAt(db: Queryable, maloId: string, at: Date): Promise<SupplyContract[]> {
  const rows = await db.sql<{
    contract_id: string;
    customer_id: string;
    market_location_id: string;
    malo_id: string;
    start_on: LocalDate;
    end_on: LocalDate | null;
    expected_watt_hours: bigint;
  }>`
    SELECT * FROM metering.supply WHERE malo_id = ${maloId} AND NOT cancelled
      AND (end_on IS NULL OR end_on::timestamp AT TIME ZONE 'Europe/Berlin' > ${at}) ORDER BY start_on DESC`;
  return rows.map((row) => ({
    contractId: row.contract_id,
    customerId: row.customer_id,
    marketLocationId: row.market_location_id,
    maloId: row.malo_id,
    startOn: row.start_on,
    endOn: row.end_on,
    expectedWattHours: row.expected_watt_hours,
  }));
}

/** When contracts end; null: they were cancelled before their start. */
export type SupplyEnd = Readonly<{ contractId: string; endOn: LocalDate | null }>;

/** Of a contract the last that is said holds. It is looked at at once, so that a contract that has values behind its end holds up nobody else's event. */
export async function endSupplies(tx: Tx, ends: readonly SupplyEnd[]): Promise<void> {
  const last = [...new Map(ends.map((end) => [end.contractId, end])).values()];
  await tx.sql`
    UPDATE metering.supply s SET end_on = coalesce(g.end_on, s.start_on), cancelled = g.end_on IS NULL
    FROM unnest(${last.map(({ contractId }) => contractId)}::uuid[], ${last.map(({ endOn }) => endOn)}::date[]) g (contract_id, end_on) WHERE s.contract_id = g.contract_id`;  // What was found missing after the end is missing no more: a finding is of the version of a day that stands.
  await tx.sql`
    UPDATE metering.usage_daily d SET version = d.version + 1 FROM metering.supply s
    WHERE s.contract_id = ANY (${last.map(({ contractId }) => contractId)}::uuid[]) AND d.contract_id = s.contract_id AND d.day >= s.end_on AND d.known_values = 0`;
}
