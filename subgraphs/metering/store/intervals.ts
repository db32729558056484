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

/** From so many rows on, what triggers look at would be written to disk and read back in the memory that a statement usually has. */
const MANY_ROWS = 20_000;

/** Stores what is new: per status and length one statement, a row of its own for each stretch of intervals one after the other, which the database spreads out. */
export async function addIntervals(tx: Tx, days: readonly DayColumns[], { at }: About): Promise<void> {
  const added = days.filter((day) => day.added.length > 0);
  await fixLengths(tx, added);
  for (const { code, minutes, registers, starts, firsts, counts, wattHours } of columnsOf(added)) {
    if (wattHours.length > MANY_ROWS) await tx.query(`SET LOCAL work_mem = '64MB'`);
    await tx.query(
      `INSERT INTO metering.interval (start_at, watt_hours, known_from, register_id, status, minutes)
       SELECT g.start_at + v.nth * make_interval(mins => $8), v.watt_hours, $6, g.register_id, ${STATUS}[$7], $8
       FROM unnest($1::int4[], $2::timestamptz[], $3::int4[], $4::int4[]) g (register_id, start_at, first, count)
       CROSS JOIN LATERAL (SELECT unnest(($5::int8[])[g.first : g.first + g.count - 1]) AS watt_hours, generate_series(0, g.count - 1) AS nth) v`,
      [int4Array(registers), timestamptzArray(starts), int4Array(firsts), int4Array(counts), int8Array(wattHours), at, code, minutes],
    );
  }
}

/** Of a status and length: stretches, each with the place (from 1) of its first value among all, and how many it has. */
type Columns = { code: number; minutes: number; registers: number[]; starts: number[]; firsts: number[]; counts: number[]; wattHours: number[] };

function columnsOf(days: readonly DayColumns[]): Columns[] {
  const columns = new Map<number, Columns>();
  for (const day of days) {
    let [held, next]: [Columns | undefined, number] = [undefined, -1];
    for (const place of day.added) {
      const code = day.statuses[place]!;
      if (!held || place !== next || held.code !== code) {
        held = columnOf(columns, code, day.minutes);
        held.registers.push(day.registerId);
        held.starts.push(startAt(day, place));
        held.firsts.push(held.wattHours.length + 1);
        held.counts.push(0);
      }
      held.wattHours.push(day.wattHours[place]!);
      held.counts[held.counts.length - 1]! += 1;
      next = place + 1;
    }
  }
  return [...columns.values()];
}

function columnOf(columns: Map<number, Columns>, code: number, minutes: number): Columns {
  const key = code * 100 + minutes;
  const known = columns.get(key);
  if (known) return known;
  const made: Columns = { code, minutes, registers: [], starts: [], firsts: [], counts: [], wattHours: [] };
  columns.set(key, made);
  return made;
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

/** The first values of a register fix the length of all, also of days that were found silent before. */
async function fixLengths(tx: Tx, days: readonly DayColumns[]): Promise<void> {
  const lengths = new Map(days.filter(({ isFirst }) => isFirst).map(({ registerId, minutes }) => [registerId, minutes]));
  if (lengths.size === 0) return;
  await tx.query(
    `UPDATE metering.meter_register r SET interval_minutes = g.minutes FROM unnest($1::int4[], $2::int2[]) g (id, minutes) WHERE r.id = g.id AND r.interval_minutes IS NULL`,
    [int4Array([...lengths.keys()]), int2Array([...lengths.values()])],
  );
  await tx.query(
    `UPDATE metering.usage_daily d SET minutes = g.minutes, expected_values = metering.quarter_hours_of(d.day) * 15 / g.minutes
     FROM unnest($1::int4[], $2::int2[]) g (id, minutes) WHERE d.register_id = g.id AND d.minutes <> g.minutes AND d.known_values = 0`,
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
