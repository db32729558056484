// What the database promises of positions beyond the open days, tried to be broken.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { idOf } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

const AREA = idOf('grid-area', '11YSTROM-NORD--9');
let database: TestDatabase;
const run = (statement: string) => database.owner.query(statement);

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await run('TRUNCATE energy.forward_position');
  await run(`INSERT INTO energy.grid_area SELECT '${AREA}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9' WHERE NOT EXISTS (SELECT FROM energy.grid_area)`);
  await run(`INSERT INTO energy.recalculation (calculated_at, causes) SELECT '2026-11-24T09:00Z', '{day}' WHERE NOT EXISTS (SELECT FROM energy.recalculation)`);
});

type Change = Readonly<Record<string, string>>;
/** An hour that is as it should be, but for the change. */
function insert(change: Change = {}): Promise<unknown> {
  const columns: Change = {
    grid_area_id: `'${AREA}'`, step: `'HOUR'`, start_at: `'2026-11-28T10:00Z'`, end_at: `'2026-11-28T11:00Z'`, version: '1', recalculation_id: '(SELECT max(id) FROM energy.recalculation)', calculated_at: `'2026-11-24T09:00Z'`, forecast_ids: `'{}'`,
    demand_watt_hours: '5', hedged_watt_hours: '2', open_watt_hours: '3', curve_ids: `ARRAY['${AREA}']::uuid[]`, curve_cents: `'{9}'`, price_eur_per_mwh: '80', value_cents: '9', status: `'OPEN'`, breached_quarter_hours: '0', breach: 'NULL', ...change,
  };
  return run(`INSERT INTO energy.forward_position (${Object.keys(columns).join(', ')}) VALUES (${Object.values(columns).join(', ')})`);
}
const month = { step: `'MONTH'`, start_at: `'2026-12-06T23:00Z'`, end_at: `'2026-12-31T23:00Z'` };

test.each<[string, Change, string]>([
  ['an hour of a quarter', { end_at: `'2026-11-28T10:15Z'` }, 'forward_positions_are_hours_or_months'],
  ['an hour of no clock', { start_at: `'2026-11-28T10:15Z'`, end_at: `'2026-11-28T11:15Z'` }, 'forward_positions_are_hours_or_months'],
  ['a month that ends on the second', { ...month, end_at: `'2027-01-01T23:00Z'` }, 'forward_positions_are_hours_or_months'],
  ['a month that begins within a day', { ...month, start_at: `'2026-12-07T00:00Z'` }, 'forward_positions_are_hours_or_months'],
  ['a month of two', { ...month, start_at: `'2026-11-29T23:00Z'` }, 'forward_positions_are_hours_or_months'],
  ['an open figure of its own', { open_watt_hours: '4' }, 'open_is_demand_minus_hedged'],
  ['hedged with something open', { status: `'HEDGED'` }, 'hedged_means_nothing_open'],
  ['a value that its curves do not give', { value_cents: '8' }, 'curves_give_the_value'],
  ['a value without a price', { price_eur_per_mwh: 'NULL' }, 'value_and_price_are_known_together'],
  ['more breached quarter hours than it has', { breached_quarter_hours: '5', breach: `'PCT'` }, 'forward_position_check'],
  ['a breach that names no rule', { breached_quarter_hours: '1' }, 'breached_hours_name_the_rule'],
  ['a month with a rule', { ...month, breached_quarter_hours: '1', breach: `'PCT'` }, 'breached_hours_name_the_rule'],
])('%s is refused', async (_, change, constraint) => {
  await expect(insert(change)).rejects.toMatchObject({ code: '23514', constraint });
});

test('no time has two positions, and no position stands twice', async () => {
  await insert();
  await insert(month);
  await expect(insert()).rejects.toMatchObject({ code: '23505', constraint: 'forward_position_stands_once' });
  await expect(insert({ start_at: `'2026-12-10T10:00Z'`, end_at: `'2026-12-10T11:00Z'` })).rejects.toMatchObject({ code: '23P01', constraint: 'forward_positions_do_not_overlap' });
});

test('every version is in the ledger, and only the next one may follow', async () => {
  await expect(insert({ version: '2' })).rejects.toMatchObject({ constraint: 'forward_positions_are_in_the_ledger' });
  await expect(insert({ recalculation_id: '999999' })).rejects.toMatchObject({ constraint: 'positions_come_from_a_recalculation' });
  await insert(month);
  await expect(run(`UPDATE energy.forward_position SET demand_watt_hours = 6, open_watt_hours = 4`)).rejects.toMatchObject({ constraint: 'changed_forward_positions_are_in_the_ledger' });
  await expect(run(`UPDATE energy.forward_position SET version = 2, end_at = '2027-01-31T23:00Z', start_at = '2026-12-31T23:00Z'`)).rejects.toMatchObject({ constraint: 'changed_forward_positions_are_in_the_ledger' });
  await run(`UPDATE energy.forward_position SET version = 2, start_at = '2026-12-13T23:00Z', demand_watt_hours = 4, open_watt_hours = 2`);
  const { rows } = await run('SELECT l.version, l.step, l.start_at, l.demand_watt_hours::int AS demand FROM energy.open_position l JOIN energy.forward_position p ON p.id = l.position_id ORDER BY 1') as { rows: unknown[] };
  expect(rows).toEqual([{ version: 1, step: 'MONTH', start_at: new Date('2026-12-06T23:00Z'), demand: 5 }, { version: 2, step: 'MONTH', start_at: new Date('2026-12-13T23:00Z'), demand: 4 }]);
});

test('a cause has a name and days in order; a gate closes within a day', async () => {
  const cause = (values: string) => run(`INSERT INTO energy.forward_cause (grid_area_id, from_on, until_on, causes) VALUES ('${AREA}', ${values})`);
  await cause(`'2026-12-01', NULL, '{trade}'`);
  await expect(cause(`'2026-12-01', '2026-11-30', '{trade}'`)).rejects.toMatchObject({ code: '23514' });
  await expect(cause(`'2026-12-01', NULL, '{}'`)).rejects.toMatchObject({ code: '23514' });
  await expect(run('UPDATE energy.gate_closure SET minutes = 1441')).rejects.toMatchObject({ code: '23514' });
  await expect(run(`INSERT INTO energy.position_check (checked_at, horizon, positions, differing, differing_watt_hours) VALUES (now(), 'YEAR', 1, 0, 0)`)).rejects.toMatchObject({ code: '23514' });
});
