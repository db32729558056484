// Quarter hours of the smart meters, and what each domain has made of them: sums by day and month, days to bill, consumption by area.
import { idOf } from '@stromgraph/kernel/ids';
import { addDays, daysBetween, type LocalDate } from '@stromgraph/kernel/time';
import { DRAWN_PROFILE } from '@stromgraph/metering/meters/meter';
import { calendarDay, type CalendarDay } from '../calendar-day.ts';
import { quarterHoursOf } from '../consumption.ts';
import type { Delivery } from '../deliveries.ts';
import { monthOf } from '../deliveries.ts';
import { GRID_AREAS } from '../grid-areas.ts';
import { countAccepted, type Deliveries, deliveryOf } from './deliveries.ts';
import type { Registers } from './meters.ts';
import { insertRows } from './rows.ts';
import { type Chunk, type ToldContract, transactAgain, type World } from './world.ts';

/** Days of quarter hours in one transaction: about 30,000 values. */
const DAYS_AT_ONCE = 300;
const MINUTES = 15;

/** A meter's day: whole, true, and known since its delivery. */
type MeasuredDay = Readonly<{ contract: ToldContract; customerId: string; register: number; at: CalendarDay; wattHours: readonly number[]; sum: number; delivery: Delivery }>;

/** Watt-hours of all smart meters by area, day and quarter hour; grows with the days, not with the meters. */
export type AreaConsumption = Map<string, Map<LocalDate, number[]>>;

/** The days from `from` to yesterday in every area, as their holidays make them. */
export function calendarOf(from: LocalDate, today: LocalDate): ReadonlyMap<string, readonly CalendarDay[]> {
  const days = Array.from({ length: daysBetween(from, today) }, (_, index) => addDays(from, index));
  return new Map(GRID_AREAS.map((area) => [area.code, days.map((day) => calendarDay(day, area.state))]));
}

type Measured = Readonly<{ calendar: ReadonlyMap<string, readonly CalendarDay[]>; registers: ReadonlyMap<string, Registers>; deliveries: Deliveries; consumption: AreaConsumption }>;

export async function loadMeasured(world: World, chunk: Chunk, measured: Measured): Promise<void> {
  let days: MeasuredDay[] = [];
  for (const day of daysOf(chunk, measured)) {
    days.push(day);
    if (days.length < DAYS_AT_ONCE) continue;
    await store(world, days);
    days = [];
  }
  await store(world, days);
}

function* daysOf(chunk: Chunk, { calendar, registers, deliveries, consumption }: Measured): Generator<MeasuredDay, void, undefined> {
  for (const { customerId, contracts } of chunk)
    for (const contract of contracts.filter(({ meteringKind }) => meteringKind === 'INTERVAL'))
      for (const at of calendar.get(contract.area.code)!) {
        if (at.day < contract.startOn) continue;
        const wattHours = quarterHoursOf(contract, at);
        const delivery = deliveryOf(deliveries.quarterHours, at.day);
        countAccepted(deliveries, delivery, wattHours.length);
        addConsumption(consumption, contract.area.code, at, wattHours);
        yield { contract, customerId, register: registers.get(contract.meter.meterId)!.profile!, at, wattHours, delivery, sum: wattHours.reduce((sum, value) => sum + value, 0) };
      }
}

async function store(world: World, days: readonly MeasuredDay[]): Promise<void> {
  if (days.length > 0) await Promise.all([storeIntervals(world, days), storeUsage(world, days), storeMeteredDays(world, days)]);
}

const storeIntervals = ({ dbs }: World, days: readonly MeasuredDay[]): Promise<void> =>
  transactAgain(dbs.metering, async (tx) => {
    // Written as an array a day, they are as fast as a binary COPY.
    await tx.query(
      `INSERT INTO metering.interval (register_id, start_at, watt_hours, status, minutes, known_from)
       SELECT d.register_id, d.start_at + (v.nth - 1) * interval '15 minutes', v.watt_hours, 'TRUE', ${MINUTES}, d.known_from
       FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::text[]) d (register_id, start_at, known_from, watt_hours), unnest(d.watt_hours::bigint[]) WITH ORDINALITY v (watt_hours, nth)`,
      [days.map(({ register }) => register), days.map(({ at }) => new Date(at.startMs)), days.map(({ delivery }) => delivery.receivedAt), days.map(({ wattHours }) => arrayText(wattHours))],
    );
    await insertRows(tx, 'metering.usage_daily', days.map(({ contract, customerId, register, at, wattHours, sum, delivery }) => ({
      register_id: register, day: at.day, contract_id: contract.contractId, customer_id: customerId, minutes: MINUTES, watt_hours: sum, known_values: wattHours.length,
      expected_values: at.quarterHours, substitute_values: 0, provisional_values: 0, version: 1, known_at: delivery.receivedAt,
    })));
    await tx.query(
      `INSERT INTO metering.usage_monthly AS u (register_id, month, watt_hours, known_values)
       SELECT register_id, month, sum(watt_hours), sum(known_values) FROM unnest($1::int[], $2::date[], $3::bigint[], $4::int[]) d (register_id, month, watt_hours, known_values) GROUP BY 1, 2
       ON CONFLICT (register_id, month) DO UPDATE SET watt_hours = u.watt_hours + excluded.watt_hours, known_values = u.known_values + excluded.known_values`,
      [days.map(({ register }) => register), days.map(({ at }) => monthOf(at.day)), days.map(({ sum }) => sum), days.map(({ wattHours }) => wattHours.length)],
    );
  });

const storeUsage = ({ dbs }: World, days: readonly MeasuredDay[]): Promise<void> =>
  transactAgain(dbs.billing, async (tx) => {
    await insertRows(tx, 'billing.usage_part', days.map(({ contract, at, sum }) => ({
      contract_id: contract.contractId, day: at.day, meter_id: contract.meter.meterId, obis: DRAWN_PROFILE, known: '1'.repeat(at.quarterHours), watt_hours: sum, held: false, reading_version: 1,
    })));
    await insertRows(tx, 'billing.usage', days.map(({ contract, at, sum }) => ({ contract_id: contract.contractId, day: at.day, tariff_window: 'ALL', watt_hours: sum, complete: true, reading_version: 1 })));
  });

const storeMeteredDays = ({ dbs }: World, days: readonly MeasuredDay[]): Promise<void> =>
  transactAgain(dbs.energy, (tx) =>
    insertRows(tx, 'energy.metered_day', days.map(({ contract, at, wattHours }) => ({
      meter_id: contract.meter.meterId, obis: DRAWN_PROFILE, day: at.day, contract_id: contract.contractId, grid_area_id: idOf('grid-area', contract.area.code), version: 1, watt_hours: wattHours,
    }))),
  );

function addConsumption(consumption: AreaConsumption, area: string, { day, quarterHours }: CalendarDay, wattHours: readonly number[]): void {
  const days = consumption.get(area) ?? new Map<LocalDate, number[]>();
  const sums = days.get(day) ?? Array<number>(quarterHours).fill(0);
  for (const [index, value] of wattHours.entries()) sums[index]! += value;
  days.set(day, sums);
  consumption.set(area, days);
}

/** After all meters: a version per quarter hour, ingested with the delivery. */
export async function storeConsumption({ dbs }: World, consumption: AreaConsumption, deliveries: Deliveries, calendar: ReadonlyMap<string, readonly CalendarDay[]>): Promise<void> {
  for (const [code, days] of consumption) {
    const known = calendar.get(code)!.filter(({ day }) => days.has(day));
    for (let first = 0; first < known.length; first += DAYS_AT_ONCE) {
      const some = known.slice(first, first + DAYS_AT_ONCE);
      await transactAgain(dbs.energy, (tx) =>
        tx.query(
          `INSERT INTO energy.realised_consumption (grid_area_id, start_at, version, watt_hours, source, ingested_at)
           SELECT $1, d.start_at + (v.nth - 1) * interval '15 minutes', 1, v.watt_hours, 'METERED', d.ingested_at
           FROM unnest($2::timestamptz[], $3::timestamptz[], $4::text[]) d (start_at, ingested_at, watt_hours), unnest(d.watt_hours::bigint[]) WITH ORDINALITY v (watt_hours, nth)`,
          [idOf('grid-area', code), some.map(({ startMs }) => new Date(startMs)), some.map(({ day }) => deliveryOf(deliveries.quarterHours, day).receivedAt), some.map(({ day }) => arrayText(days.get(day)!))],
        ),
      );
    }
  }
}

const arrayText = (values: readonly number[]) => `{${values.join(',')}}`;
