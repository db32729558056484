import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Hanging } from '../meters/at-location.ts';
import type { Meter, MeterInstallation, MeterRegister } from '../meters/meter.ts';

type Row = {
  id: string;
  meter_number: string;
  manufacturer: string | null;
  kind: Meter['kind'];
  calibrated_until: string | null;
  status: Meter['status'];
};

export async function metersById(db: Queryable, ids: readonly string[]): Promise<Meter[]> {
  return (await db.sql<Row>`SELECT * FROM metering.meter WHERE id = ANY (${ids}::uuid[])`).map(toMeter);
}

export async function meterByNumber(db: Queryable, meterNumber: string): Promise<Meter | null> {
  const [row] = await db.sql<Row>`SELECT * FROM metering.meter WHERE meter_number = ${meterNumber}`;
  return row ? toMeter(row) : null;
}

/** Holds the meter until the transaction ends; null when there is none. */
export async function lockMeter(tx: Tx, id: string): Promise<Meter | null> {
  const [row] = await tx.sql<Row>`SELECT * FROM metering.meter WHERE id = ${id} FOR NO KEY UPDATE`;
  return row ? toMeter(row) : null;
}

/** False when the number is taken. */
export async function addMeter(tx: Tx, meter: Meter & { registers: readonly MeterRegister[]; registeredAt: Date }): Promise<boolean> {
  const added = await tx.sql`
    INSERT INTO metering.meter (id, meter_number, manufacturer, kind, calibrated_until, status, registered_at)
    VALUES (${meter.id}, ${meter.meterNumber}, ${meter.manufacturer}, ${meter.kind}, ${meter.calibratedUntil}, ${meter.status}, ${meter.registeredAt})
    ON CONFLICT (meter_number) DO NOTHING RETURNING id`;
  if (added.length === 0) return false;
  await addRegisters(tx, meter.id, meter.registers);
  return true;
}

/** Registers that the meter has already stay as they are. */
export async function addRegisters(tx: Tx, meterId: string, registers: readonly MeterRegister[]): Promise<void> {
  const [codes, digits, factors] = [
    registers.map(({ obis }) => obis),
    registers.map((each) => each.digits),
    registers.map(({ factor }) => factor),
  ];
  await tx.sql`
    INSERT INTO metering.meter_register (meter_id, obis, digits, factor)
    SELECT ${meterId}, * FROM unnest(${codes}::text[], ${digits}::smallint[], ${factors}::numeric[])
    ON CONFLICT (meter_id, obis) DO NOTHING`;
}

export async function registersOf(
  db: Queryable,
  meterIds: readonly string[],
): Promise<(MeterRegister & { id: number; meterId: string })[]> {
  const rows = await db.sql<{
    id: number;
    meter_id: string;
    obis: string;
    digits: number;
    factor: string;
    interval_minutes: number | null;
  }>`
    SELECT * FROM metering.meter_register WHERE meter_id = ANY (${meterIds}::uuid[]) ORDER BY meter_id, obis`;
  return rows.map((row) => ({
    id: row.id,
    meterId: row.meter_id,
    obis: row.obis,
    digits: row.digits,
    factor: row.factor,
    intervalMinutes: row.interval_minutes,
  }));
}

type InstallationRow = {
  id: string;
  meter_id: string;
  market_location_id: string | null;
  malo_id: string;
  melo_id: string | null;
  from_at: Date;
  until_at: Date | null;
};

/** Newest first. */
export async function installationsOf(db: Queryable, meterIds: readonly string[]): Promise<MeterInstallation[]> {
  return (
    await db.sql<InstallationRow>`SELECT * FROM metering.installation WHERE meter_id = ANY (${meterIds}::uuid[]) ORDER BY meter_id, from_at DESC`
  ).map(toInstallation);
}

/** Meters at a market location at an instant. */
export async function metersHangingAt(db: Queryable, maloId: string, at: Date): Promise<Meter[]> {
  const rows = await db.sql<Row>`
    SELECT m.* FROM metering.installation i JOIN metering.meter m ON m.id = i.meter_id WHERE i.malo_id = ${maloId} AND tstzrange(i.from_at, i.until_at) @> ${at}::timestamptz ORDER BY m.id`;
  return rows.map(toMeter);
}

/** Registers of meters that hang or hung at a market location. */
export async function metersAt(db: Queryable, maloId: string): Promise<Hanging[]> {
  const rows = await db.sql<{ meter_number: string; obis: string; from_at: Date; until_at: Date | null; takes_over: boolean }>`
    SELECT m.meter_number, r.obis, i.from_at, i.until_at, e.id IS NOT NULL AS takes_over FROM metering.installation i LEFT JOIN metering.meter_exchange e ON e.new_meter_id = i.meter_id AND e.exchanged_at = i.from_at
    JOIN metering.meter m ON m.id = i.meter_id JOIN metering.meter_register r ON r.meter_id = m.id WHERE i.malo_id = ${maloId} ORDER BY i.from_at`;
  return rows.map((row) => ({ meterNumber: row.meter_number, obis: row.obis, fromMs: row.from_at.getTime(), untilMs: row.until_at?.getTime() ?? Infinity, takesOver: row.takes_over }));
}

/** Fails with 23P01 on a_meter_hangs_in_one_place when the meter is elsewhere then. */
export async function addInstallation(
  tx: Tx,
  { id, meterId, marketLocationId, maloId, meloId, fromAt, untilAt }: MeterInstallation,
): Promise<void> {
  await tx.sql`
    INSERT INTO metering.installation (id, meter_id, market_location_id, malo_id, melo_id, from_at, until_at)
    VALUES (${id}, ${meterId}, ${marketLocationId}, ${maloId}, ${meloId}, ${fromAt}, ${untilAt})`;
  await tx.sql`UPDATE metering.meter SET status = 'INSTALLED' WHERE id = ${meterId} AND status <> 'INSTALLED'`;
}

/** A meter was there earlier than was known. */
export async function beginInstallationAt(tx: Tx, id: string, fromAt: Date): Promise<void> {
  await tx.sql`UPDATE metering.installation SET from_at = ${fromAt} WHERE id = ${id} AND from_at > ${fromAt}`;
}

/** Until when a meter has values; null without one. Its registers are held, so that no later ones come meanwhile. */
export async function lastValueOf(tx: Tx, meterId: string): Promise<Date | null> {
  const registers = await tx.sql<{ id: number }>`SELECT id FROM metering.meter_register WHERE meter_id = ${meterId} ORDER BY id FOR NO KEY UPDATE`;
  const [row] = await tx.sql<{ last: Date | null }>`
    SELECT greatest((SELECT max(read_at) FROM metering.reading WHERE meter_id = ${meterId}), (
      SELECT max(i.start_at + i.minutes * interval '1 minute') FROM unnest(${registers.map(({ id }) => id)}::int[]) r (id)
      CROSS JOIN LATERAL (SELECT start_at, minutes FROM metering.interval WHERE register_id = r.id ORDER BY start_at DESC LIMIT 1) i)) AS last`;
  return row!.last;
}

export async function endInstallation(tx: Tx, { id, meterId, untilAt }: { id: string; meterId: string; untilAt: Date }): Promise<void> {
  await tx.sql`UPDATE metering.installation SET until_at = ${untilAt} WHERE id = ${id}`;
  await tx.sql`UPDATE metering.meter SET status = 'REMOVED' WHERE id = ${meterId}`;
}

/** Meters by number, from the `after` of the last one on; of a contract's location in its time, or of all a customer's contracts. */
export async function metersPage(
  db: Queryable,
  of: { contractId: string } | { customerId: string },
  first: number,
  after: string | null,
): Promise<Meter[]> {
  const [contractId, customerId] = 'contractId' in of ? [of.contractId, null] : [null, of.customerId];
  const rows = await db.sql<Row>`
    SELECT m.* FROM metering.meter m WHERE (${after}::text IS NULL OR m.meter_number > ${after}) AND EXISTS (
      SELECT 1 FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id
      WHERE i.meter_id = m.id AND (s.contract_id = ${contractId}::uuid OR s.customer_id = ${customerId}::uuid)
        AND tstzrange(i.from_at, i.until_at) && tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin',
          s.end_on::timestamp AT TIME ZONE 'Europe/Berlin'))
    ORDER BY m.meter_number LIMIT ${first + 1}`;
  return rows.map(toMeter);
}

const toMeter = (row: Row): Meter => ({
  id: row.id,
  meterNumber: row.meter_number,
  manufacturer: row.manufacturer,
  kind: row.kind,
  calibratedUntil: row.calibrated_until,
  status: row.status,
});
const toInstallation = (row: InstallationRow): MeterInstallation => ({
  id: row.id,
  meterId: row.meter_id,
  marketLocationId: row.market_location_id,
  maloId: row.malo_id,
  meloId: row.melo_id,
  fromAt: row.from_at,
  untilAt: row.until_at,
});
