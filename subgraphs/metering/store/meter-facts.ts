import type { Tx } from '@stromgraph/kernel/database';
import { startOfDay } from '@stromgraph/kernel/time';
import type { MeterFacts, Supply } from '../validation/meter-facts.ts';

type RegisterRow = { meter_id: string; meter_number: string; id: number; obis: string; interval_minutes: number | null };
type StayRow = { meter_id: string; from_at: Date; until_at: Date | null; malo_id: string };
type SupplyRow = {
  malo_id: string;
  contract_id: string;
  customer_id: string;
  start_on: string;
  end_on: string | null;
  expected_watt_hours: bigint;
};

/** What is known of the meters with these numbers. Their registers are held until the transaction ends, so that two batches never store the same values at once. */
export async function lockMeterFacts(tx: Tx, meterNumbers: readonly string[]): Promise<Map<string, MeterFacts>> {
  const registers = await tx.sql<RegisterRow>`
    SELECT m.id AS meter_id, m.meter_number, r.id, r.obis, r.interval_minutes
      FROM metering.meter m JOIN metering.meter_register r ON r.meter_id = m.id
    WHERE m.meter_number = ANY (${meterNumbers}::text[]) ORDER BY r.id FOR NO KEY UPDATE OF r`;
  const meterIds = [...new Set(registers.map((row) => row.meter_id))];
  const stays =
    await tx.sql<StayRow>`SELECT meter_id, from_at, until_at, malo_id FROM metering.installation WHERE meter_id = ANY (${meterIds}::uuid[])`;
  const supplies = await tx.sql<SupplyRow>`
    SELECT malo_id, contract_id, customer_id, start_on, end_on, expected_watt_hours FROM metering.supply
    WHERE malo_id = ANY (${[...new Set(stays.map((row) => row.malo_id))]}::text[]) ORDER BY start_on DESC, contract_id`;
  const suppliesAt = Map.groupBy(
    supplies.map((row) => ({ maloId: row.malo_id, supply: toSupply(row) })),
    ({ maloId }) => maloId,
  );
  const staysOf = Map.groupBy(stays, (row) => row.meter_id);
  return new Map(
    [...Map.groupBy(registers, (row) => row.meter_number)].map(([meterNumber, rows]) => [
      meterNumber,
      {
        meterId: rows[0]!.meter_id,
        meterNumber,
        registers: new Map(rows.map((row) => [row.obis, { registerId: row.id, intervalMinutes: row.interval_minutes }])),
        stays: (staysOf.get(rows[0]!.meter_id) ?? []).map((stay) => ({
          fromMs: stay.from_at.getTime(),
          untilMs: stay.until_at?.getTime() ?? Infinity,
          supplies: (suppliesAt.get(stay.malo_id) ?? []).map(({ supply }) => supply),
        })),
      },
    ]),
  );
}

const toSupply = (row: SupplyRow): Supply => ({
  contractId: row.contract_id,
  customerId: row.customer_id,
  fromMs: startOfDay(row.start_on).getTime(),
  untilMs: row.end_on ? startOfDay(row.end_on).getTime() : Infinity,
  expectedWattHours: row.expected_watt_hours,
});
