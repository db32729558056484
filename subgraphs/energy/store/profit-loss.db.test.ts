// What the database promises of money in energy: each constraint is broken on purpose.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

const area = idOf('grid-area', '11YSTROM-NORD--9');
let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await database.owner.query(`INSERT INTO energy.imbalance_price VALUES ('2026-11-24', 1, false, '2026-11-25', '2026-11-25', array_fill(80.5, ARRAY[96]))`);
  await database.owner.query(`
    INSERT INTO energy.grid_area VALUES ('${area}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9');
    INSERT INTO energy.supply_contract VALUES ('${area}', '${area}', 'H25', 'PROFILE', 1000, '2026-01-01', NULL, '2025-12-01');
    INSERT INTO energy.contract_price VALUES ('${area}', 30, 1, 9);
    INSERT INTO energy.position_day SELECT d, '2026-11-01' FROM generate_series('2026-11-22'::date, '2026-11-30', '1 day') d;
    ${day({})}; ${day({ delivery_day: `'2026-11-23'` })};
    ${close({ month: `'2026-11-01'` })}`);
});
afterAll(() => database.drop());

const insert = (table: string, values: Record<string, string>) => `INSERT INTO energy.${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
/** 100 Wh short in each quarter hour, at 100 EUR/MWh. */
const day = (change: Record<string, string>) =>
  insert('profit_loss', {
    id: `'${newId()}'`, grid_area_id: `'${area}'`, delivery_day: `'2026-11-24'`, version: '1', calculated_at: `'2026-11-25'`, state: `'REALISED'`, valued_at: `'ESTIMATE'`,
    purchased_watt_hours: '86400', purchased_cents: '600', resold_watt_hours: '0', resold_cents: '0', sold_watt_hours: '96000', sold_cents: '1440', imbalance_watt_hours: '9600', imbalance_cents: '96', margin_cents: '744',
    price_effect_cents: '0', volume_effect_cents: '744', deals_effect_cents: '0', imbalance_effect_cents: '0',
    consumption_watt_hours: 'array_fill(1000::bigint, ARRAY[96])', scheduled_watt_hours: 'array_fill(900::bigint, ARRAY[96])', eur_per_mwh: 'array_fill(100.0, ARRAY[96])', ...change,
  });
const next = (change: Record<string, string>) => day({ version: '2', volume_effect_cents: '0', ...change });
const close = (change: Record<string, string>) =>
  insert('profit_loss_close', {
    id: `'${newId()}'`, grid_area_id: `'${area}'`, month: `'2026-11-01'`, version: '1', closed_at: `'2026-12-02'`, days: '2', purchased_watt_hours: '172800', purchased_cents: '1200', resold_watt_hours: '0', resold_cents: '0',
    sold_watt_hours: '192000', sold_cents: '2880', imbalance_watt_hours: '19200', imbalance_cents: '192', margin_cents: '1488', provisional: 'true', ...change,
  });
const price = (of: string, version: number, values: number) => `INSERT INTO energy.imbalance_price VALUES ('${of}', ${version}, true, '2026-11-25', '2026-11-25', array_fill(-5.25, ARRAY[${values}]))`;

test.each([
  ['a version of a day is told once', price('2026-11-24', 1, 96), '23505', 'imbalance_price_pkey'],
  ['a version is above zero', price('2026-11-24', 0, 96), '23514', 'imbalance_price_version_check'],
  ['a day in spring has 92 prices', price('2026-03-29', 1, 96), '23514', 'imbalance_prices_cover_their_day'],
  ['a day in autumn has 100 prices', price('2026-10-25', 1, 96), '23514', 'imbalance_prices_cover_their_day'],
  ['a quarter hour has a price', `INSERT INTO energy.imbalance_price VALUES ('2026-11-24', 2, true, '2026-11-25', '2026-11-25', array_fill(NULL::numeric, ARRAY[96]))`, '23514', 'imbalance_price_eur_per_mwh_check'],
  ['a margin is sales less cost', next({ margin_cents: '745', volume_effect_cents: '1' }), '23514', 'margin_is_sales_less_cost'],
  ['sold energy is what was used', next({ sold_watt_hours: '96001' }), '23514', 'sold_is_what_was_used'],
  ['imbalance is consumption less schedule', next({ imbalance_watt_hours: '-9600' }), '23514', 'imbalance_is_consumption_less_schedule'],
  ['imbalance costs its price', next({ imbalance_cents: '95', margin_cents: '745', imbalance_effect_cents: '1' }), '23514', 'imbalance_costs_its_price'],
  ['imbalance has its sign', next({ imbalance_cents: '-96', margin_cents: '936', imbalance_effect_cents: '192' }), '23514', 'imbalance_costs_its_price'],
  ['every quarter hour has figures', next({ eur_per_mwh: 'array_fill(100.0, ARRAY[100])' }), '23514', 'figures_cover_their_day'],
  ['an imbalance price is of a day that is over', day({ delivery_day: `'2026-11-25'`, state: `'EXPECTED'` }), '23514', 'imbalance_prices_are_of_days_that_are_over'],
  ['a state is known', next({ state: `'HOPED'`, valued_at: `'CURVE'` }), '23514', 'profit_loss_state_check'],
  ['a value comes from somewhere', next({ valued_at: `'GUESS'` }), '23514', 'profit_loss_valued_at_check'],
  ['nothing negative is bought', next({ purchased_watt_hours: '-1' }), '23514', 'profit_loss_purchased_watt_hours_check'],
  ['nothing negative is sold back', next({ resold_watt_hours: '-1' }), '23514', 'profit_loss_resold_watt_hours_check'],
  ['a change is explained to the cent', next({ sold_cents: '1441', margin_cents: '745' }), '23514', 'changes_of_profit_loss_are_explained'],
  ['a first version is explained too', day({ delivery_day: `'2026-11-25'`, volume_effect_cents: '743' }), '23514', 'changes_of_profit_loss_are_explained'],
  ['versions count from one', day({ delivery_day: `'2026-11-25'`, version: '2' }), '23001', 'versions_of_profit_loss_follow_one_another'],
  ['no version is left out', next({ version: '3' }), '23001', 'versions_of_profit_loss_follow_one_another'],
  ['a version is later than the one before', next({ calculated_at: `'2026-11-24'` }), '23001', 'versions_of_profit_loss_follow_one_another'],
  ['what was realised is not expected again', next({ state: `'EXPECTED'`, valued_at: `'CURVE'` }), '23001', 'versions_of_profit_loss_follow_one_another'],
  ['a day had positions', day({ delivery_day: `'2026-10-01'` }), '23503', 'profit_loss_delivery_day_fkey'],
  ['an area is known', day({ grid_area_id: `'${newId()}'` }), '23503', 'profit_loss_grid_area_id_fkey'],
  ['a closing is the sum of its days', close({ version: '2', sold_cents: '2881', margin_cents: '1489' }), '23514', 'closings_are_the_sums_of_their_days'],
  ['a closing counts its days', close({ version: '2', days: '3' }), '23514', 'closings_are_the_sums_of_their_days'],
  ['a closing is provisional as long as a price is', close({ version: '2', provisional: 'false' }), '23514', 'closings_are_the_sums_of_their_days'],
  ["a closing's margin is sales less cost", close({ version: '2', margin_cents: '1489' }), '23514', 'margin_is_sales_less_cost'],
  ['no closing is left out', close({ version: '3' }), '23001', 'versions_of_closings_follow_one_another'],
  ['a month begins with its first day', close({ month: `'2026-11-02'` }), '23514', 'profit_loss_close_month_check'],
  ['a price is of a known contract', `INSERT INTO energy.contract_price VALUES ('${newId()}', 30, 1, 9)`, '23503', 'contract_price_contract_id_fkey'],
  ['a contract is sold at one price', `INSERT INTO energy.contract_price VALUES ('${area}', 31, 1, 9)`, '23505', 'contract_price_pkey'],
  ['a sold price stays', 'UPDATE energy.contract_price SET working_ct_per_kwh = 5', '42501', undefined],
  ['profit and loss stays', 'UPDATE energy.profit_loss SET version = 7', '42501', undefined],
  ['closings stay', 'DELETE FROM energy.profit_loss_close', '42501', undefined],
  ['what imbalance cost stays', 'UPDATE energy.imbalance_price SET final = true', '42501', undefined],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});

test.each([
  ['imbalance prices change', 'UPDATE energy.imbalance_price SET final = true'],
  ['imbalance prices go', 'DELETE FROM energy.imbalance_price'],
  ['profit and loss changes', 'UPDATE energy.profit_loss SET version = 7'],
  ['profit and loss goes', 'TRUNCATE energy.profit_loss'],
  ['a closing changes', 'UPDATE energy.profit_loss_close SET provisional = false'],
  ['closings go', 'TRUNCATE energy.profit_loss_close'],
  ['a sold price changes', 'UPDATE energy.contract_price SET working_ct_per_kwh = 5'],
  ['sold prices go', 'TRUNCATE energy.contract_price'],
  ['imbalance prices go all at once', 'TRUNCATE energy.imbalance_price'],
])('not even the owner makes that %s', async (_, statement) => {
  await expect(database.owner.query(statement)).rejects.toMatchObject({ message: expect.stringContaining('append-only') });
});
