// A metering operator who sends each day's quarter hours the morning after, as files over REST: with gaps, provisional values, days that
// come late, corrections, files that come twice and rows that make no sense; now and then a meter is exchanged at noon. All of it follows
// from a seed.
import { expect } from 'vitest';
import type { Client } from 'pg';
import type { Environment } from '../environment.ts';
import { seeded } from '../events/killed/plan.ts';

export type MeteringOperator = Readonly<{
  /** Sends what is to be sent on a day: yesterday's values, and what is put right of earlier days. An exchange of yesterday is told before its values. */
  sendOn: (token: string, day: Temporal.PlainDate) => Promise<void>;
  counts: () => Readonly<Record<Count, number>>;
}>;
type Count = 'files' | 'readings' | 'left out' | 'corrected' | 'rejected' | 'exchanged';
/** What hangs where a customer draws energy, and what its counter shows. */
type Meter = { number: string; id: string; contractId: string; meanWattHours: number; counter: number };
type Row = Readonly<{ meter: string; startMs: number; wattHours: number; status: 'TRUE' | 'PROVISIONAL'; reason?: string }>;

const OBIS = '1-0:1.29.0';
const QUARTER_MS = 900_000;
const QUARTERS_A_YEAR = 35_040;
const SECONDS_A_YEAR = 31_536_000;
const QUARTERS_OF_SHORTEST_DAY = 92;
/** Mended so many days after. */
const PUT_RIGHT_AFTER = 2;
const EXCHANGED_EVERY_DAYS = 10;

export async function hireMeteringOperator(world: Environment, witness: Client, seed: number, endOf: (contractId: string) => number): Promise<MeteringOperator> {
  const { rows: meters } = await witness.query<Meter>(`
    SELECT m.meter_number AS number, m.id, s.contract_id AS "contractId", (s.expected_watt_hours / ${QUARTERS_A_YEAR})::int AS "meanWattHours",
      (r.watt_hours + s.expected_watt_hours * extract(epoch FROM p.starts_at - r.read_at) / ${SECONDS_A_YEAR})::int AS counter
    FROM metering.meter m JOIN metering.installation i ON i.meter_id = m.id JOIN metering.supply s ON s.malo_id = i.malo_id JOIN energy.supply_contract c ON c.contract_id = s.contract_id
    JOIN LATERAL (SELECT r.read_at, r.watt_hours FROM metering.reading r WHERE r.meter_id = m.id ORDER BY r.read_at DESC LIMIT 1) r ON true CROSS JOIN witness.period p
    WHERE c.metering_kind = 'INTERVAL' ORDER BY 1`);
  expect(meters.length).toBeGreaterThan(0);
  const counts: Record<Count, number> = { files: 0, readings: 0, 'left out': 0, corrected: 0, rejected: 0, exchanged: 0 };
  const toPutRight = new Map<string, Row[]>();
  const random = seeded(seed);
  const putRightOn = (day: Temporal.PlainDate, rows: readonly Row[]) => toPutRight.set(String(day), [...(toPutRight.get(String(day)) ?? []), ...rows]);

  /** What a meter counts on a day; one that is exchanged for another counts until noon. */
  const drawn = (meter: Meter, day: Temporal.PlainDate, next?: string): Row[] => {
    const noon = noonOf(day);
    const rows = quarterHoursOf(day).map((startMs): Row => ({ meter: next !== undefined && startMs >= noon ? next : meter.number, startMs, status: 'TRUE', wattHours: Math.round(meter.meanWattHours * (0.5 + random())) }));
    return rows.filter(({ startMs }) => startMs < endOf(meter.contractId));
  };
  const exchange = async (token: string, meter: Meter, { day, rows, next }: { day: Temporal.PlainDate; rows: readonly Row[]; next: string }): Promise<void> => {
    const { registerMeter } = await world.query(token, REGISTER, { input: { meterNumber: next, kind: 'SMART', registers: [{ obis: '1-0:1.8.0' }, { obis: OBIS }] } });
    expect(registerMeter, JSON.stringify(registerMeter)).toMatchObject({ __typename: 'RegisterMeterSuccess' });
    const input = { oldMeterId: meter.id, newMeterId: registerMeter.meter.id, finalWattHours: meter.counter + sumOf(rows, meter.number), startWattHours: 0, at: at(noonOf(day)) };
    const { exchangeMeter } = await world.query(token, EXCHANGE, { input });
    expect(exchangeMeter, JSON.stringify(exchangeMeter)).toMatchObject({ __typename: 'ExchangeMeterSuccess' });
    Object.assign(meter, { id: registerMeter.meter.id, number: next, counter: 0 });
    counts.exchanged += 1;
  };

  /** How what was drawn on a day comes to us. */
  const toldOf = (usual: readonly Row[], sentOn: Temporal.PlainDate): readonly Row[] => {
    if (usual.length < QUARTERS_OF_SHORTEST_DAY) return usual; // the supply has ended
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
      const [yesterday, fresh]: [Temporal.PlainDate, Row[]] = [day.subtract({ days: 1 }), []];
      const exchanged = random() < 1 / EXCHANGED_EVERY_DAYS ? meters[Math.floor(random() * meters.length)] : undefined;
      for (const meter of meters) {
        const next = meter === exchanged && noonOf(yesterday) < endOf(meter.contractId) ? `${String(yesterday).replaceAll('-', '')}-NEXT` : undefined;
        const rows = drawn(meter, yesterday, next);
        if (next !== undefined) await exchange(token, meter, { day: yesterday, rows, next });
        meter.counter += sumOf(rows, meter.number);
        fresh.push(...toldOf(rows, day));
      }
      if (fresh.length > 0) await send(token, fresh, `values ${String(day)}`);
      const mended = toPutRight.get(String(day));
      if (mended) await send(token, mended, `put right ${String(day)}`);
    },
  };
}

const at = (ms: number): string => new Date(ms).toISOString();
const noonOf = (day: Temporal.PlainDate): number => day.toZonedDateTime({ timeZone: 'Europe/Berlin', plainTime: '12:00' }).epochMilliseconds;
const sumOf = (rows: readonly Row[], meter: string): number => rows.reduce((sum, row) => sum + (row.meter === meter ? row.wattHours : 0), 0);

/** 92, 96 or 100 starts, counted by the clock of Berlin. */
function quarterHoursOf(day: Temporal.PlainDate): number[] {
  const [start, end] = [day, day.add({ days: 1 })].map((one) => one.toZonedDateTime('Europe/Berlin').epochMilliseconds) as [number, number];
  return Array.from({ length: (end - start) / QUARTER_MS }, (_, nth) => start + nth * QUARTER_MS);
}

const REGISTER = 'mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { __typename ... on RegisterMeterSuccess { meter { id } } ... on InputInvalid { faults { path fault } } ... on Problem { message } } }';
const EXCHANGE = 'mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename ... on InputInvalid { faults { path fault } } ... on Problem { message } } }';
