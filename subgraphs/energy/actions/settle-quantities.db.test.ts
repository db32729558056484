// Over- and under-quantities: what a load profile allocated against what registers say, each day once, whatever comes late or is corrected.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import type { Counter } from '@stromgraph/kernel/energy';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { addDays, daysFrom, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { dueHandlersWith } from '../jobs/due.ts';
import { addCurves } from '../store/curves.ts';
import { settlementsPage } from '../store/quantity-settlements.ts';
import { addContracts } from './add-contracts.ts';
import { endContracts } from './end-contracts.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { importQuantityPrice } from './import-quantity-price.ts';
import { settleQuantities } from './settle-quantities.ts';
import { takeCurveDays } from './take-curves.ts';

const CODE = '11YSTROM-NORD--9';
const AREA = idOf('grid-area', CODE);
let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-24T09:00:00Z');
  db = await database.open('energy');
  await flat('G25', 2025, 1, '10');
  // The curve has the last two days of October, at 60 and 100.
  const curveId = newId();
  await transact(db, async (tx) => {
    await addCurves(tx, [{ curveId, tradingDay: '2026-10-29', version: 1, publishedAt: '2026-10-29T17:00:00Z', from: '2026-10-30', until: '2026-11-01', minutes: 60 }]);
    await takeCurveDays(tx, ['60', '100'].map((price, index) => ({ curveId, day: addDays('2026-10-30', index), eurPerMwh: Array.from({ length: 24 }, () => price) })));
  });
});
afterAll(() => database.drop());

const flat = (code: string, year: number, version: number, value: string) =>
  importLoadProfile(db, {
    code, year, version, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2024-10-01T07:00:00Z'),
    values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value })))).flat(),
  });
const { SETTLE_QUANTITIES, ...others } = dueHandlersWith({ checkEveryHours: 24 });
const doDue = () => runDue(db, { ...Object.fromEntries(Object.keys(others).map((kind) => [kind, async () => {}])), SETTLE_QUANTITIES: SETTLE_QUANTITIES! }, { log: makeLog('energy', 'silent'), keyring: null as never });

/** With 10 Wh a quarter hour by profile. */
async function contract(change: object = {}): Promise<{ contractId: string; meterId: string }> {
  const contractId = newId();
  await transact(db, (tx) => addContracts(tx, [{ contractId, gridAreaId: AREA, gridAreaCode: CODE, profile: 'G25', meteringKind: 'PROFILE', expectedWattHours: '1000000', startOn: '2025-01-01', endOn: null, confirmedAt: '2024-12-01T10:00:00Z', ...change }]));
  return { contractId, meterId: newId() };
}
/** Of days, as they begin, or of instants. */
const read = (of: { contractId: string; meterId: string }, ...reads: [string, number, Counter?][]) =>
  transact(db, (tx) => settleQuantities(tx, reads.map(([at, wattHours, counter = null]) => ({ ...of, readAt: at.includes('T') ? at : startOfDay(at).toISOString(), wattHours: String(wattHours), counter }))));
const settled = async ({ contractId }: { contractId: string }) => (await settlementsPage(db, { gridAreaIds: [AREA], from: '2025-01-01', until: '2027-01-01' }, { first: 500, after: null })).filter((one) => one.contractId === contractId);
const quarters = (from: string, until: string) => daysFrom({ from, until }).reduce((sum, day) => sum + quarterHoursOf(day).length, 0);
const versions = async ({ contractId }: { contractId: string }) => (await db.query<{ from_on: string; version: number; withdrawn: boolean }>('SELECT from_on, version, withdrawn FROM energy.quantity_settlement WHERE contract_id = $1 ORDER BY from_on, until_on, version', [contractId])).rows;

test.each([['2026-03-01', '2026-04-01'], ['2026-10-01', '2026-11-01'], ['2025-11-01', '2026-11-01']])('from %s until %s, clock changes included', async (from, until) => {
  const of = await contract();
  const allocated = 10 * quarters(from, until);
  await read(of, [from, 500_000]);
  expect(await settled(of)).toEqual([]);
  await read(of, [until, 500_000 + allocated - 10_000]);
  // The grid operator pays 10 kWh back, at the mean of the two days that have a price.
  const price = until > '2026-10-30' ? '80' : null;
  expect(await settled(of)).toMatchObject([{ from, until, version: 1, measuredWattHours: BigInt(allocated - 10_000), allocatedWattHours: BigInt(allocated), differenceWattHours: 10_000n, eurPerMwh: price, amountCents: price === null ? null : 80n }]);
});

test('told again it is settled once; a corrected reading settles anew; one in between divides the period', async () => {
  const of = await contract();
  await read(of, ['2026-10-01', 0], ['2026-11-01', 40_000]);
  await read(of, ['2026-11-01', 40_000]);
  expect(await versions(of)).toHaveLength(1);
  await read(of, ['2026-11-01', 41_000]);
  expect(await settled(of)).toMatchObject([{ version: 2, measuredWattHours: 41_000n, differenceWattHours: BigInt(10 * quarters('2026-10-01', '2026-11-01')) - 41_000n }]);
  await read(of, ['2026-10-11', 12_345]);
  const parts = await settled(of);
  expect(parts).toMatchObject([{ from: '2026-10-01', until: '2026-10-11', version: 1 }, { from: '2026-10-11', until: '2026-11-01', version: 1 }]);
  expect(parts.reduce((sum, one) => sum + one.measuredWattHours, 0n)).toBe(41_000n);
  expect(parts.reduce((sum, one) => sum + one.allocatedWattHours, 0n)).toBe(BigInt(10 * quarters('2026-10-01', '2026-11-01')));
  expect(await versions(of)).toMatchObject([{ from_on: '2026-10-01' }, { version: 1, withdrawn: false }, { version: 2, withdrawn: false }, { version: 3, withdrawn: true }, { from_on: '2026-10-11' }]);
});

test('supply that began or ended in between allocates for its days alone', async () => {
  const of = await contract({ startOn: '2026-10-05', endOn: '2026-10-20' });
  await read(of, ['2026-10-01', 0], ['2026-11-01', 0]);
  expect(await settled(of)).toMatchObject([{ allocatedWattHours: BigInt(10 * quarters('2026-10-05', '2026-10-20')) }]);
});

test('a counter goes over zero, and through a transformer', async () => {
  const of = await contract();
  const counter = { digits: 5, factor: '1.5' };
  await read(of, ['2026-10-01', 99_820_000, counter], ['2026-11-01', 180_000, counter]);
  expect(await settled(of)).toMatchObject([{ version: 1, measuredWattHours: 540_000n }]);
  await read(of, ['2026-11-01', 180_000, { ...counter, factor: '40' }]);
  expect(await settled(of)).toMatchObject([{ version: 2, measuredWattHours: 14_400_000n }]);
});

test('of a day the latest reading counts, whichever is told last, as of its time', async () => {
  const of = await contract();
  await read(of, ['2026-10-25T02:30:00+01:00', 0]); // in the hour that comes twice: 14 quarter hours after midnight
  await read(of, ['2026-11-10T20:00:00+01:00', 130_000]);
  await read(of, ['2026-11-10T07:00:00+01:00', 127_000]);
  const first = { from: '2026-10-25', until: '2026-11-10', version: 1, measuredWattHours: 130_000n, allocatedWattHours: BigInt(10 * (quarters('2026-10-25', '2026-11-10') - 14 + 80)) };
  expect(await settled(of)).toMatchObject([first]);
  await read(of, ['2026-11-12T06:07:30+01:00', 140_000]);
  expect(await settled(of)).toMatchObject([first, { measuredWattHours: 10_000n, allocatedWattHours: BigInt(10 * (2 * 96 - 80) + 245) }]);
  await read(of, ['2026-11-12T06:15:00+01:00', 140_000]); // shows the same, later
  expect(await settled(of)).toMatchObject([first, { version: 2, allocatedWattHours: BigInt(10 * (2 * 96 - 80) + 250) }]);
});

test('the parts of days are worth the price of their days', async () => {
  const of = await contract();
  await read(of, ['2026-10-30T12:00:00+01:00', 0], ['2026-10-31T06:00:00+01:00', 0]);
  expect(await settled(of)).toMatchObject([{ allocatedWattHours: 720n, eurPerMwh: '73.33333' }]); // 48 quarter hours at 60, 24 at 100
});

test('an end that is told late, and a new version of the profile, settle what is settled again', async () => {
  const [profile, other] = ['L25', 'L00'];
  await flat(profile, 2026, 1, '10');
  await flat(other, 2026, 1, '10');
  const [ended, stays, apart] = [await contract({ profile }), await contract({ profile }), await contract({ profile: other })];
  for (const of of [ended, stays, apart]) await read(of, ['2026-10-01', 0], ['2026-11-01', 20_000]);
  const allocated = async () => (await Promise.all([ended, stays, apart].map(settled))).map(([one]) => [one!.version, Number(one!.allocatedWattHours)]);
  const whole = 10 * quarters('2026-10-01', '2026-11-01');
  expect(await allocated()).toEqual([[1, whole], [1, whole], [1, whole]]);
  const until26th = 10 * quarters('2026-10-01', '2026-10-26');
  await transact(db, (tx) => endContracts(tx, [{ contractId: ended.contractId, endOn: '2026-10-26', toldAt: '2026-11-12T10:00:00Z' }]));
  await doDue();
  expect(await allocated()).toEqual([[2, until26th], [1, whole], [1, whole]]);
  await flat(profile, 2026, 2, '20');
  await doDue();
  expect(await allocated()).toEqual([[3, 2 * until26th], [2, 2 * whole], [1, whole]]);
  await flat(profile, 2025, 1, '30'); // the year's own values go before
  await doDue();
  expect(await allocated()).toEqual([[3, 2 * until26th], [2, 2 * whole], [1, whole]]);
});

test('a new version of a profile makes profit and loss of the days it holds for stale, where it is used', async () => {
  await contract({ profile: 'H00' });
  await database.owner.query(`INSERT INTO energy.position_day SELECT d, '2025-01-01' FROM unnest('{2025-12-31,2026-01-01,2026-11-20}'::date[]) d ON CONFLICT DO NOTHING; DELETE FROM energy.profit_loss_stale`);
  const stale = async () => (await database.owner.query('WITH d AS (DELETE FROM energy.profit_loss_stale RETURNING *) SELECT grid_area_id, delivery_day::text AS day FROM d ORDER BY 1, 2')).rows.map((row) => [row.grid_area_id, row.day]);
  await flat('H00', 2026, 1, '10');
  expect(await stale()).toEqual([[AREA, '2026-01-01'], [AREA, '2026-11-20']]);
  await flat('H00', 2025, 1, '10');
  expect(await stale()).toEqual([[AREA, '2025-12-31']]);
  await flat('H99', 2026, 1, '10');
  expect(await stale()).toEqual([]);
});

test('a metered customer, and a register of unknown digits that ran backwards, settle nothing', async () => {
  const metered = await contract({ meteringKind: 'INTERVAL' });
  await read(metered, ['2026-10-01', 0], ['2026-11-01', 40_000]);
  const backwards = await contract();
  await read(backwards, ['2026-10-01', 50_000], ['2026-11-01', 40_000]);
  expect([...(await settled(metered)), ...(await settled(backwards))]).toEqual([]);
});

describe('the official price of a month', () => {
  const price = async (month: string, version: number, eurPerMwh: string) => {
    await importQuantityPrice(db, { month, version, eurPerMwh, publishedAt: new Date('2026-11-11T09:00:00Z'), position: BigInt(version) });
    await doDue();
  };

  test('until it is known curves stand for it; then it settles anew, and so does its correction', async () => {
    const [of, whole, other] = [await contract(), await contract(), await contract()];
    await read(of, ['2026-08-01', 0], ['2026-09-01', 20_000]);
    await read(whole, ['2026-08-16', 0], ['2026-09-16', 20_000]); // half of it lies in a month without any price
    await read(other, ['2026-07-01', 0], ['2026-08-01', 20_000]);
    expect(await settled(of)).toMatchObject([{ version: 1, eurPerMwh: null, amountCents: null, provisional: true }]);
    const difference = BigInt(10 * quarters('2026-08-01', '2026-09-01')) - 20_000n;
    await price('2026-08-01', 1, '90.5');
    expect(await settled(of)).toMatchObject([{ version: 2, differenceWattHours: difference, eurPerMwh: '90.5', amountCents: (difference * 905n + 50_000n) / 100_000n, provisional: false }]);
    expect(await settled(whole)).toMatchObject([{ version: 2, eurPerMwh: '90.5', provisional: true }]);
    await price('2026-08-01', 1, '90.5'); // told again
    expect([await versions(of), await versions(other)]).toMatchObject([{ length: 2 }, { length: 1 }]);
    await price('2026-08-01', 2, '-10');
    expect(await settled(of)).toMatchObject([{ version: 3, eurPerMwh: '-10', amountCents: -((difference + 500n) / 1_000n), provisional: false }]);
    await price('2026-09-01', 1, '110');
    const [[half]] = [await settled(whole)];
    const [august, september] = [quarters('2026-08-16', '2026-09-01'), quarters('2026-09-01', '2026-09-16')];
    expect(half).toMatchObject({ version: 4, provisional: false });
    expect(Number(half!.eurPerMwh)).toBeCloseTo((august * -10 + september * 110) / (august + september), 4);
  });

  test('what is read later is settled at it at once, and a corrected reading too', async () => {
    const of = await contract();
    await price('2026-06-01', 1, '70');
    await read(of, ['2026-06-01', 0], ['2026-07-01', 20_000]);
    expect(await settled(of)).toMatchObject([{ version: 1, eurPerMwh: '70', provisional: false }]);
    await read(of, ['2026-07-01', 21_000]);
    expect(await settled(of)).toMatchObject([{ version: 2, eurPerMwh: '70', provisional: false }]);
  });

  test('many are settled anew chunk by chunk, each once', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => contract()));
    for (let nth = 0; nth < 520; nth++) many.push(many[nth % 6]!);
    const meters = Array.from({ length: 520 }, (_, nth) => ({ contractId: many[nth]!.contractId, meterId: newId() }));
    await transact(db, (tx) => settleQuantities(tx, meters.flatMap((of) => [{ ...of, readAt: startOfDay('2026-04-01').toISOString(), wattHours: '0', counter: null }, { ...of, readAt: startOfDay('2026-05-01').toISOString(), wattHours: '20000', counter: null }])));
    await price('2026-04-01', 1, '60');
    const { rows } = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM energy.quantity_settlement WHERE from_on = '2026-04-01' AND until_on = '2026-05-01' AND version = 2 AND eur_per_mwh = 60 AND NOT provisional`);
    expect(rows).toEqual([{ n: 520 }]);
    expect((await db.query(`SELECT FROM energy.quantity_settlement WHERE from_on = '2026-04-01' AND version > 2`)).rowCount).toBe(0);
  });
});

const row = (contractId: string, change: Record<string, string>) => {
  const values = { id: `'${newId()}'`, contract_id: `'${contractId}'`, meter_id: `'${contractId}'`, grid_area_id: `'${AREA}'`, from_on: `'2026-10-01'`, until_on: `'2026-11-01'`, version: '1', settled_at: `'2026-11-24'`, withdrawn: 'false', measured_watt_hours: '900', allocated_watt_hours: '1000', difference_watt_hours: '100', eur_per_mwh: '100', amount_cents: '1', ...change };
  return `INSERT INTO energy.quantity_settlement (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
};
const aRead = (id: string, change: Record<string, string>) => {
  const values = { meter_id: `'${id}'`, contract_id: `'${id}'`, read_on: `'2026-10-01'`, watt_hours: '1', read_at: `'2026-09-30T22:00:00Z'`, digits: '6', factor: '1', ...change };
  return `INSERT INTO energy.register_read (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
};
test.each<[string, (contractId: string) => string, string, string | undefined]>([
  ['a difference is allocated less measured', (id) => row(id, { difference_watt_hours: '101' }), '23514', 'difference_is_allocated_less_measured'],
  ['a difference is settled at its price', (id) => row(id, { amount_cents: '2' }), '23514', 'quantities_are_settled_at_their_price'],
  ['what has a price has an amount', (id) => row(id, { amount_cents: 'NULL' }), '23514', 'quantities_are_settled_at_their_price'],
  ['a period ends after it began', (id) => row(id, { until_on: `'2026-10-01'` }), '23514', 'quantity_settlement_check'],
  ['versions begin with one', (id) => row(id, { version: '2' }), '23001', 'versions_of_quantities_follow_one_another'],
  ['a version is told once', (id) => `${row(id, {})}; ${row(id, {})}`, '23505', 'quantity_settlement_contract_id_meter_id_from_on_until_on_v_key'],
  ['a day is settled once', (id) => `${row(id, {})}; ${row(id, { from_on: `'2026-10-31'`, until_on: `'2026-11-02'` })}`, '23001', 'a_day_is_settled_once'],
  ['a withdrawn period settles nothing', (id) => row(id, { withdrawn: 'true' }), '23514', 'difference_is_allocated_less_measured'],
  ['a register counts up from nothing', (id) => aRead(id, { watt_hours: '-1' }), '23514', 'register_read_watt_hours_check'],
  ['a reading is of its day', (id) => aRead(id, { read_at: `'2026-09-30T21:59:00Z'` }), '23514', 'readings_are_of_their_day'],
  ['a counter has digits', (id) => aRead(id, { digits: '0' }), '23514', 'register_read_digits_check'],
  ['a transformer makes no less than nothing', (id) => aRead(id, { factor: '0' }), '23514', 'register_read_factor_check'],
  ['who is settled again is known', () => `INSERT INTO energy.quantity_stale VALUES ('${newId()}')`, '23503', 'quantity_stale_contract_id_fkey'],
  ['what is not provisional has a price', (id) => row(id, { provisional: 'false', eur_per_mwh: 'NULL', amount_cents: 'NULL' }), '23514', 'what_is_not_provisional_has_a_price'],
  ['a price is of a month', () => `INSERT INTO energy.quantity_price VALUES ('2026-10-02', 1, 80, '2026-11-11', '2026-11-11')`, '23514', 'quantity_prices_are_of_a_month'],
  ['a month is over when it is priced', () => `INSERT INTO energy.quantity_price VALUES ('2026-10-01', 1, 80, '2026-10-31T22:59Z', '2026-11-11')`, '23514', 'months_are_over_when_priced'],
  ['a price has one version at a time', () => `INSERT INTO energy.quantity_price SELECT '2025-10-01', 1, 80, '2026-11-11', '2026-11-11' FROM generate_series(1, 2)`, '23505', 'quantity_price_pkey'],
  ['a price that was told stays', () => 'UPDATE energy.quantity_price SET eur_per_mwh = 0', '42501', undefined],
  ['what was settled stays', () => 'UPDATE energy.quantity_settlement SET version = 9', '42501', undefined],
])('%s', async (_, statement, code, constraint) => {
  const { contractId } = await contract();
  await expect(db.query(statement(contractId))).rejects.toMatchObject({ code, constraint });
});

test('not even the owner changes what was settled', async () => {
  for (const statement of ['UPDATE energy.quantity_settlement SET version = 9', 'TRUNCATE energy.quantity_settlement', 'UPDATE energy.quantity_price SET eur_per_mwh = 0', 'TRUNCATE energy.quantity_price']) await expect(database.owner.query(statement)).rejects.toMatchObject({ message: expect.stringContaining('append-only') });
});
