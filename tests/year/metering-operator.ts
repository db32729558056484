// A metering operator who sends each day's quarter hours the morning after, as files over REST: with gaps, provisional values, days that
// come late, corrections, files that come twice and rows that make no sense. All of it follows from a seed.
import { expect } from 'vitest';
import type { Client } from 'pg';
import type { Environment } from '../environment.ts';
import { seeded } from '../events/killed/plan.ts';

export type MeteringOperator = Readonly<{
  /** Sends what is to be sent on a day: yesterday's values, and what is put right of earlier days. */
  sendOn: (token: string, day: Temporal.PlainDate) => Promise<void>;
  counts: () => Readonly<Record<Count, number>>;
}>;
type Count = 'files' | 'readings' | 'left out' | 'corrected' | 'rejected';
type Meter = { number: string; meanWattHours: number };
type Row = Readonly<{ meter: string; startMs: number; wattHours: number; status: 'TRUE' | 'PROVISIONAL'; reason?: string }>;

const OBIS = '1-0:1.29.0';
const QUARTER_MS = 900_000;
const QUARTERS_A_YEAR = 35_040;
/** Mended so many days after. */
const PUT_RIGHT_AFTER = 2;

export async function hireMeteringOperator(world: Environment, witness: Client, seed: number): Promise<MeteringOperator> {
  const { rows: meters } = await witness.query<Meter>(`
    SELECT m.meter_number AS number, (s.expected_watt_hours / ${QUARTERS_A_YEAR})::int AS "meanWattHours" FROM metering.meter m
    JOIN metering.installation i ON i.meter_id = m.id JOIN metering.supply s ON s.malo_id = i.malo_id JOIN energy.supply_contract c USING (contract_id) WHERE c.metering_kind = 'INTERVAL' ORDER BY 1`);
  expect(meters.length).toBeGreaterThan(0);
  const counts: Record<Count, number> = { files: 0, readings: 0, 'left out': 0, corrected: 0, rejected: 0 };
  const toPutRight = new Map<string, Row[]>();
  const random = seeded(seed);
  const putRightOn = (day: Temporal.PlainDate, rows: readonly Row[]) => toPutRight.set(String(day), [...(toPutRight.get(String(day)) ?? []), ...rows]);

  const rowsOf = (meter: Meter, day: Temporal.PlainDate, sentOn: Temporal.PlainDate): Row[] => {
    const usual = quarterHoursOf(day).map((startMs): Row => ({ meter: meter.number, startMs, status: 'TRUE', wattHours: Math.round(meter.meanWattHours * (0.5 + random())) }));
    const later = sentOn.add({ days: PUT_RIGHT_AFTER });
    const run = 4 + Math.floor(random() * 12);
    const from = 1 + Math.floor(random() * (usual.length - run - 2));
    const isInRun = (_: Row, at: number) => at >= from && at < from + run;
    const [fate, never] = [random(), random() < 0.5];
    if (fate < 0.08) {
      const gap = usual.filter(isInRun);
      if (never) counts['left out'] += gap.length;
      else putRightOn(later, gap);
      return usual.filter((row) => !gap.includes(row));
    }
    if (fate < 0.14) {
      putRightOn(later, usual);
      return usual.map((row) => ({ ...row, status: 'PROVISIONAL', wattHours: Math.round(row.wattHours * 0.9) + 1 }));
    }
    if (fate < 0.2) {
      const wrong = usual.filter(isInRun);
      counts.corrected += wrong.length;
      putRightOn(later, wrong.map((row) => ({ ...row, wattHours: row.wattHours + 7, reason: 'read anew' })));
      return usual;
    }
    if (fate < 0.24) {
      putRightOn(later, usual);
      return [];
    }
    return usual;
  };

  const send = async (token: string, rows: readonly Row[], key: string): Promise<void> => {
    const senseless = [
      `${meters[0]!.number},${OBIS},${at(rows[0]!.startMs)},${at(rows[0]!.startMs + QUARTER_MS)},-0.125,TRUE,`,
      `NOBODY-S-METER,${OBIS},${at(rows[0]!.startMs)},${at(rows[0]!.startMs + QUARTER_MS)},0.125,TRUE,`,
    ].slice(0, Math.floor(random() * 3));
    const lines = rows.map(({ meter, startMs, wattHours, status, reason = '' }) => `${meter},${OBIS},${at(startMs)},${at(startMs + QUARTER_MS)},${(wattHours / 1_000).toFixed(3)},${status},${reason}`);
    const body = `${['meter_number,obis,start,end,kwh,status,reason', ...lines, ...senseless].join('\n')}\n`;
    const post = async (idempotencyKey: string) => {
      const response = await fetch(`${world.origin}/metering/readings`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv', 'idempotency-key': idempotencyKey }, body });
      return (await response.json()) as { accepted: number; unchanged: number; rejected: number };
    };
    const answer = await post(key);
    expect(answer, JSON.stringify(answer)).toMatchObject({ state: 'COMPLETE', accepted: rows.length, unchanged: 0, rejected: senseless.length });
    if (random() < 0.1) expect(await post(key)).toEqual(answer);
    if (random() < 0.1) expect(await post(`${key} again`)).toMatchObject({ accepted: 0, unchanged: rows.length, rejected: senseless.length });
    counts.files += 1;
    counts.readings += rows.length;
    counts.rejected += senseless.length;
    await witness.query(
      `INSERT INTO witness.sent SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bigint[]) ON CONFLICT (meter_number, start_at) DO UPDATE SET watt_hours = excluded.watt_hours`,
      [rows.map(({ meter }) => meter), rows.map(({ startMs }) => at(startMs)), rows.map(({ wattHours }) => wattHours)],
    );
  };

  return {
    counts: () => counts,
    sendOn: async (token, day) => {
      const fresh = meters.flatMap((meter) => rowsOf(meter, day.subtract({ days: 1 }), day));
      if (fresh.length > 0) await send(token, fresh, `values ${String(day)}`);
      const mended = toPutRight.get(String(day));
      if (mended) await send(token, mended, `put right ${String(day)}`);
    },
  };
}

const at = (ms: number): string => new Date(ms).toISOString();

/** 92, 96 or 100 starts, counted by the clock of Berlin. */
function quarterHoursOf(day: Temporal.PlainDate): number[] {
  const [start, end] = [day, day.add({ days: 1 })].map((one) => one.toZonedDateTime('Europe/Berlin').epochMilliseconds) as [number, number];
  return Array.from({ length: (end - start) / QUARTER_MS }, (_, nth) => start + nth * QUARTER_MS);
}
