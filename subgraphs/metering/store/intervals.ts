import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { berlinDay } from '../intervals/berlin-day.ts';
import { codeOf, type DayColumns, startAt } from '../intervals/day-columns.ts';
import type { Replacement } from '../intervals/decide.ts';
import type { ValueStatus } from '../intervals/value.ts';
import { int2Array, int4Array, int8Array, timestamptzArray } from './binary-arrays.ts';
import { dayRows } from './day-rows.ts';

const MINUTE_MS = 60_000;

const STATUS = `(ARRAY['TRUE', 'SUBSTITUTE', 'PROVISIONAL']::metering.value_status[])`;

type About = Readonly<{ at: Date; batchId: string }>;

/** Stores what is new: per status and length one statement of plain columns. */
export async function addIntervals(tx: Tx, days: readonly DayColumns[], { at }: About): Promise<void> {
  const added = days.filter((day) => day.added.length > 0);
  await fixLengths(tx, added);
  for (const { code, minutes, starts, wattHours, registers } of columnsOf(added))
    await tx.query(
      `INSERT INTO metering.interval (start_at, watt_hours, known_from, register_id, status, minutes)
       SELECT start_at, watt_hours, $4, register_id, ${STATUS}[$5], $6 FROM unnest($1::timestamptz[], $2::int8[], $3::int4[]) g (start_at, watt_hours, register_id)`,
      [timestamptzArray(starts), int8Array(wattHours), int4Array(registers), at, code, minutes],
    );
}

type Columns = { code: number; minutes: number; starts: number[]; wattHours: number[]; registers: number[] };

function columnsOf(days: readonly DayColumns[]): Columns[] {
  const columns = new Map<number, Columns>();
  for (const day of days)
    for (const place of day.added) {
      const code = day.statuses[place]!;
      const key = code * 100 + day.minutes;
      let held = columns.get(key);
      if (!held) columns.set(key, (held = { code, minutes: day.minutes, starts: [], wattHours: [], registers: [] }));
      held.starts.push(startAt(day, place));
      held.wattHours.push(day.wattHours[place]!);
      held.registers.push(day.registerId);
    }
  return [...columns.values()];
}

/** Stores what replaces known values; what they were the database keeps, with its cause. */
export async function replaceIntervals(tx: Tx, replaced: readonly Replacement[], { at, batchId }: About): Promise<void> {
  if (replaced.length === 0) return;
  await tellReplacement(tx, replaced, batchId);
  await tx.query(
    `UPDATE metering.interval i SET watt_hours = g.watt_hours, status = ${STATUS}[g.status], known_from = greatest($5, i.known_from)
     FROM unnest($1::timestamptz[], $2::int8[], $3::int4[], $4::int2[]) g (start_at, watt_hours, register_id, status)
     WHERE i.register_id = g.register_id AND i.start_at = g.start_at`,
    [
      timestamptzArray(replaced.map(({ startMs }) => startMs)),
      int8Array(replaced.map(({ wattHours }) => wattHours)),
      int4Array(replaced.map(({ registerId }) => registerId)),
      int2Array(replaced.map(({ status }) => codeOf(status))),
      at,
    ],
  );
}

/** For the trigger that keeps what the next statement replaces: the batch, and the reasons that were given. */
async function tellReplacement(tx: Tx, replaced: readonly Replacement[], batchId: string): Promise<void> {
  const reasons = replaced.flatMap(({ registerId, startMs, reason }) => (reason ? [{ register_id: registerId, start_at: new Date(startMs), reason }] : []));
  await tx.query(`SELECT set_config('stromgraph.replacement', $1, true)`, [JSON.stringify({ batchId, reasons })]);
}

/** The first values of a register fix the length of all. */
async function fixLengths(tx: Tx, days: readonly DayColumns[]): Promise<void> {
  const lengths = new Map(days.filter(({ isFirst }) => isFirst).map(({ registerId, minutes }) => [registerId, minutes]));
  if (lengths.size === 0) return;
  await tx.query(
    `UPDATE metering.meter_register r SET interval_minutes = g.minutes FROM unnest($1::int4[], $2::int2[]) g (id, minutes) WHERE r.id = g.id AND r.interval_minutes IS NULL`,
    [int4Array([...lengths.keys()]), int2Array([...lengths.values()])],
  );
}

/** Whole days of registers as they stand, an entry per day that has a value. */
export type StoredDay = Readonly<{
  registerId: number;
  day: string;
  minutes: number;
  version: number;
  contractId: string;
  customerId: string;
  startsMs: number[];
  wattHours: bigint[];
  statuses: ValueStatus[];
}>;

export async function readDays(db: Queryable, registerIds: readonly number[], days: readonly string[]): Promise<StoredDay[]> {
  if (days.length === 0) return [];
  const keys = days.map((day, nth) => ({ day, registerId: registerIds[nth]! }));
  return (await dayRows(db, keys)).map(({ nth, places, wattHours, statuses, minutes, ...row }) => {
    const { registerId, day } = keys[nth]!;
    const { fromMs } = berlinDay(day);
    return {
      ...row,
      registerId,
      day,
      minutes,
      startsMs: wattHours.map((_, at) => fromMs + (places?.[at] ?? at) * minutes * MINUTE_MS),
      wattHours: wattHours.map(BigInt),
      statuses: wattHours.map((_, at) => statuses?.[at] ?? 'TRUE'),
    };
  });
}
