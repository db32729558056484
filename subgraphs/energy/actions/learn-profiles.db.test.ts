// Where customers are metered, what they used on like days takes the place of their load profile: learnt once a week, from what is known by then.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { dueHandlersWith } from '../jobs/due.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { comparePositions } from '../store/check-positions.ts';
import { lockGridAreas } from '../store/grid-areas.ts';
import { positionPartsPage } from '../store/position-parts.ts';
import { positionsIn } from '../store/positions.ts';
import { profileForecasts } from '../store/profile-forecasts.ts';
import { addContracts } from './add-contracts.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { planLearning } from './learn-profiles.ts';
import { takeMeteredDays } from './take-actuals.ts';

const NORD = '11YSTROM-NORD--9';
const AREA = idOf('grid-area', NORD);
const MONDAY = '2026-11-23';
const [TODAY, TUESDAY] = [MONDAY, addDays(MONDAY, 1)];
const EVENING = 72;
let database: TestDatabase;
let db: Db;
let household: string;
let neighbour: string;
let version = 0;

const at = (time: string, day: string) => database.setClock(new Date(`${day}T${time}:00+01:00`));
const due = () => runDue(db, dueHandlersWith({ checkEveryHours: 24 }), { keyring: null as never, log: makeLog('energy', 'silent') });
const confirm = async (expectedWattHours: string, meteringKind = 'INTERVAL') => {
  const contractId = newId();
  await transact(db, (tx) => addContracts(tx, [{ contractId, gridAreaId: AREA, gridAreaCode: NORD, profile: 'FLAT', meteringKind, expectedWattHours, startOn: '2026-01-01', endOn: null, confirmedAt: '2025-12-01T10:00:00Z' }]));
  return contractId;
};
const METER = newId();
const measure = (contractId: string, day: string, wattHours: (slot: number) => number | null, { doubted = false, meterId = METER } = {}) =>
  transact(db, (tx) => takeMeteredDays(tx, [{ meterId, contractId, obis: '1-0:1.29.0', day, version: (version += 1), wattHours: quarterHoursOf(day).map((_, slot) => wattHours(slot)), doubted }], new Date(`${TODAY}T00:00:00Z`)));
const demand = async (day = TUESDAY) => (await positionsIn(db, { gridAreaIds: [AREA], from: startOfDay(day), until: startOfDay(addDays(day, 1)) })).map(({ demandWattHours }) => Number(demandWattHours));
const profiles = async () => (await database.owner.query(`SELECT code, version, source FROM energy.load_profile WHERE source = 'MEASURED' ORDER BY version`)).rows;
const differing = () => transact(db, async (tx) => (await comparePositions(tx, areaDaysOf(await lockGridAreas(tx, null), openDaysOf(TODAY)))).differing);

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await at('04:00', MONDAY);
  const values = Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: '1.000' })))).flat();
  await importLoadProfile(db, { code: 'FLAT', year: 2026, version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'), values });
  [household, neighbour] = [await confirm('1000000000'), await confirm('500000000')]; // a thousand and five hundred watt-hours in each quarter hour
  for (let ago = 1; ago <= 14; ago += 1) await measure(household, addDays(MONDAY, -ago), (slot) => (slot >= EVENING ? 3_000 : 800));
  await measure(neighbour, addDays(MONDAY, -20), () => 90_000, { doubted: true }); // nobody knows whether that is so: it teaches nothing
  await transact(db, async (tx) => planLearning(tx, new Date(`${MONDAY}T03:00:00Z`)));
});
afterAll(() => database.drop());

test('until it is learnt, everybody follows the load profile', async () => {
  expect(new Set(await demand())).toEqual(new Set([1_500]));
});

test('then the metered one follows what he used on like days, the other the load profile', async () => {
  await at('05:00', MONDAY);
  await due();
  expect(await profiles()).toEqual([{ code: `FLAT ${NORD}`, version: 1, source: 'MEASURED' }]);
  const values = await demand();
  expect([values[0], values[EVENING - 1], values[EVENING], values[95]]).toEqual([1_300, 1_300, 3_500, 3_500]);
  expect(await differing()).toBe(0);
});

test('the parts of the demand name each contract with its own shape, and add up', async () => {
  const [area] = await transact(db, (tx) => lockGridAreas(tx, null));
  const range = { gridAreaIds: [AREA], from: startOfDay(TUESDAY), until: startOfDay(addDays(TUESDAY, 1)) };
  const parts = await positionPartsPage(db, { figure: 'DEMAND', areaDays: areaDaysOf([area!], [TUESDAY]), range }, { first: 10, after: null });
  const of = (id: string) => Number(parts.find((part) => part.id === id)!.wattHours);
  expect([of(household), of(neighbour)]).toEqual([72 * 800 + 24 * 3_000, 96 * 500]);
  expect(parts.reduce((sum, { wattHours }) => sum + Number(wattHours), 0)).toBe((await demand()).reduce((sum, each) => sum + each, 0));
});

test('what forecasts are measured against stays the load profile', async () => {
  const [area] = await transact(db, (tx) => lockGridAreas(tx, null));
  const known = await profileForecasts(db, areaDaysOf([area!], [TUESDAY]), new Date(`${TUESDAY}T00:00:00Z`));
  expect(new Set(known.get(TUESDAY))).toEqual(new Set([1_500n]));
});

test('what is measured later is learnt a week later; days with gaps teach nothing; the same again is no new version', async () => {
  const before = await demand();
  await measure(household, MONDAY, () => 9_000);
  await measure(household, addDays(MONDAY, -3), (slot) => (slot === 5 ? null : 9_000)); // a Friday
  expect(await demand()).toEqual(before);
  await database.owner.query(`UPDATE energy.due SET due_at = '${MONDAY}T04:00:00Z' WHERE kind = 'LEARN_PROFILES'`);
  await due();
  expect(await profiles()).toHaveLength(1); // of working days the newest four before today: today is not over
  expect(await demand()).toEqual(before);
  await database.owner.query(`DELETE FROM energy.due WHERE kind <> 'LEARN_PROFILES'`);
  await at('05:00', addDays(MONDAY, 7));
  await due();
  expect((await profiles()).at(-1)).toMatchObject({ version: 2 });
});

test('who is no longer metered follows the load profile again', async () => {
  await database.owner.query(`DELETE FROM energy.due WHERE kind <> 'LEARN_PROFILES'`);
  await measure(neighbour, addDays(MONDAY, 40), () => 700);
  await at('05:00', addDays(MONDAY, 49));
  await due();
  const measured = async () => (await database.owner.query('SELECT contract_id FROM energy.measured_supply')).rows;
  expect(await measured()).toEqual([{ contract_id: neighbour }]);
  await database.owner.query(`DELETE FROM energy.due WHERE kind <> 'LEARN_PROFILES'`);
  await at('05:00', addDays(MONDAY, 98));
  await due();
  expect(await measured()).toEqual([]);
  expect(new Set(await demand(addDays(MONDAY, 98)))).toEqual(new Set([1_500]));
});

test('who is balanced on the load profile follows it, whatever the meter says', async () => {
  await database.owner.query(`DELETE FROM energy.due WHERE kind <> 'LEARN_PROFILES'`);
  const balanced = await confirm('1000000000', 'PROFILE');
  for (const contractId of [household, balanced]) await measure(contractId, addDays(MONDAY, 100), () => 2_000, { meterId: newId() });
  await at('05:00', addDays(MONDAY, 105));
  await due();
  expect((await database.owner.query('SELECT contract_id FROM energy.measured_supply')).rows).toEqual([{ contract_id: household }]);
  expect(new Set(await demand(addDays(MONDAY, 106)))).toEqual(new Set([2_000 + 500 + 1_000]));
  await database.owner.query('DELETE FROM energy.measured_supply');
});

test('a measured profile is of its contract', async () => {
  await database.owner.query(`INSERT INTO energy.measured_supply VALUES ('${household}', 'FLAT ${NORD}', '${MONDAY}')`);
});
test.each([
  ['a contract is spread by a profile of its own kind', `UPDATE energy.measured_supply SET profile = 'FLAT'`],
  ['a contract is spread by a profile of its own area', `UPDATE energy.measured_supply SET profile = 'FLAT 11YSTROM-OST---O'`],
])('%s', async (_, statement) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '23514', constraint: 'measured_profiles_are_of_their_area' });
});
