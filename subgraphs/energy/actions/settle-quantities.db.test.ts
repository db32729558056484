// Over- and under-quantities: what a load profile allocated against what registers say, each day once, whatever comes late or is corrected.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { addDays, daysFrom, quarterHoursOf } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { addCurves } from '../store/curves.ts';
import { settlementsPage } from '../store/quantity-settlements.ts';
import { addContracts } from './add-contracts.ts';
import { importLoadProfile } from './import-load-profile.ts';
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
  await importLoadProfile(db, {
    code: 'G25', year: 2025, version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2024-10-01T07:00:00Z'),
    values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: '10' })))).flat(),
  });
  // The curve has the last two days of October, at 60 and 100.
  const curveId = newId();
  await transact(db, async (tx) => {
    await addCurves(tx, [{ curveId, tradingDay: '2026-10-29', version: 1, publishedAt: '2026-10-29T17:00:00Z', from: '2026-10-30', until: '2026-11-01', minutes: 60 }]);
    await takeCurveDays(tx, ['60', '100'].map((price, index) => ({ curveId, day: addDays('2026-10-30', index), eurPerMwh: Array.from({ length: 24 }, () => price) })));
  });
});
afterAll(() => database.drop());

/** With 10 Wh a quarter hour by profile. */
async function contract(change: object = {}): Promise<{ contractId: string; meterId: string }> {
  const contractId = newId();
  await transact(db, (tx) => addContracts(tx, [{ contractId, gridAreaId: AREA, gridAreaCode: CODE, profile: 'G25', meteringKind: 'PROFILE', expectedWattHours: '1000000', startOn: '2025-01-01', endOn: null, confirmedAt: '2024-12-01T10:00:00Z', ...change }]));
  return { contractId, meterId: newId() };
}
const read = (of: { contractId: string; meterId: string }, ...reads: [string, number][]) => transact(db, (tx) => settleQuantities(tx, reads.map(([readOn, wattHours]) => ({ ...of, readOn, wattHours: String(wattHours) }))));
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

test('a metered customer, and a register that ran backwards, settle nothing', async () => {
  const metered = await contract({ meteringKind: 'INTERVAL' });
  await read(metered, ['2026-10-01', 0], ['2026-11-01', 40_000]);
  const backwards = await contract();
  await read(backwards, ['2026-10-01', 50_000], ['2026-11-01', 40_000]);
  expect([...(await settled(metered)), ...(await settled(backwards))]).toEqual([]);
});

const row = (contractId: string, change: Record<string, string>) => {
  const values = { id: `'${newId()}'`, contract_id: `'${contractId}'`, meter_id: `'${contractId}'`, grid_area_id: `'${AREA}'`, from_on: `'2026-10-01'`, until_on: `'2026-11-01'`, version: '1', settled_at: `'2026-11-24'`, withdrawn: 'false', measured_watt_hours: '900', allocated_watt_hours: '1000', difference_watt_hours: '100', eur_per_mwh: '100', amount_cents: '1', ...change };
  return `INSERT INTO energy.quantity_settlement (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
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
  ['a register counts up from nothing', (id) => `INSERT INTO energy.register_read VALUES ('${id}', '${id}', '2026-10-01', -1)`, '23514', 'register_read_watt_hours_check'],
  ['what was settled stays', () => 'UPDATE energy.quantity_settlement SET version = 9', '42501', undefined],
])('%s', async (_, statement, code, constraint) => {
  const { contractId } = await contract();
  await expect(db.query(statement(contractId))).rejects.toMatchObject({ code, constraint });
});

test('not even the owner changes what was settled', async () => {
  for (const statement of ['UPDATE energy.quantity_settlement SET version = 9', 'TRUNCATE energy.quantity_settlement']) await expect(database.owner.query(statement)).rejects.toMatchObject({ message: expect.stringContaining('append-only') });
});
