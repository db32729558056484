import type { Tx } from '@stromgraph/kernel/database';
import { berlinDay } from '../intervals/berlin-day.ts';
import type { MeterFacts, Stay, Supply } from '../validation/meter-facts.ts';

type RegisterRow = { meter_id: string; meter_number: string; id: number; obis: string; interval_minutes: number | null; digits: number };
type StayRow = {
  meter_id: string;
  from_at: Date;
  until_at: Date | null;
  takes_over: boolean;
  malo_id: string;
  contract_id: string | null;
  customer_id: string | null;
  start_on: string | null;
  end_on: string | null;
  expected_watt_hours: bigint | null;
};

/** What is known of the meters with these numbers. Their registers are held until the transaction ends, so that two batches never store the same values at once. */
export async function lockMeterFacts(tx: Tx, meterNumbers: readonly string[]): Promise<Map<string, MeterFacts>> {
  const registers = await tx.sql<RegisterRow>`
    SELECT m.id AS meter_id, m.meter_number, r.id, r.obis, r.interval_minutes, r.digits
      FROM metering.meter m JOIN metering.meter_register r ON r.meter_id = m.id
    WHERE m.meter_number = ANY (${meterNumbers}::text[]) ORDER BY r.id FOR NO KEY UPDATE OF r`;
  const meterIds = [...new Set(registers.map((row) => row.meter_id))];
  const stays = await tx.sql<StayRow>`
    SELECT i.meter_id, i.from_at, i.until_at, e.id IS NOT NULL AS takes_over, i.malo_id, s.contract_id, s.customer_id, s.start_on, s.end_on, s.expected_watt_hours
    FROM metering.installation i LEFT JOIN metering.meter_exchange e ON e.new_meter_id = i.meter_id AND e.exchanged_at = i.from_at LEFT JOIN metering.supply s ON s.malo_id = i.malo_id AND NOT s.cancelled
    WHERE i.meter_id = ANY (${meterIds}::uuid[]) ORDER BY i.from_at, s.start_on DESC, s.contract_id`;
  const staysOf = Map.groupBy(stays, (row) => row.meter_id);
  return new Map(
    [...Map.groupBy(registers, (row) => row.meter_number)].map(([meterNumber, rows]) => [
      meterNumber,
      {
        meterId: rows[0]!.meter_id,
        meterNumber,
        registers: new Map(rows.map((row) => [row.obis, { registerId: row.id, intervalMinutes: row.interval_minutes, digits: row.digits }])),
        stays: toStays(staysOf.get(rows[0]!.meter_id) ?? []),
      },
    ]),
  );
}

/** A row per place and contract there; a meter that hangs nowhere twice begins each stay at another instant. */
const toStays = (rows: readonly StayRow[]): Stay[] =>
  [...Map.groupBy(rows, (row) => row.from_at.getTime())].map(([fromMs, all]) => ({ fromMs, untilMs: all[0]!.until_at?.getTime() ?? Infinity, takesOver: all[0]!.takes_over, supplies: all.flatMap(toSupply) }));

const toSupply = ({ malo_id: maloId, contract_id: contractId, customer_id: customerId, start_on: startOn, end_on: endOn, expected_watt_hours: expectedWattHours }: StayRow): Supply[] =>
  contractId === null || customerId === null || startOn === null || expectedWattHours === null
    ? []
    : [{ contractId, customerId, maloId, fromMs: berlinDay(startOn).fromMs, untilMs: endOn === null ? Infinity : berlinDay(endOn).fromMs, expectedWattHours }];
