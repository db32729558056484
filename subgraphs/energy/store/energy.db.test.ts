// What the database itself promises: each constraint is broken on purpose, as the domain's own role or as the owner.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { productOf } from '../hedging/trade.ts';

let database: TestDatabase;
let db: Db;
const area = idOf('grid-area', '11YSTROM-NORD--9');
const FORECAST = newId();
const CURVE = newId();

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await database.owner.query(`
    INSERT INTO energy.grid_area VALUES ('${area}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9', NULL, 'SH');
    INSERT INTO energy.supply_contract VALUES ('${newId()}', '${area}', 'H25', 'PROFILE', 1000, '2026-01-01', NULL, '2025-12-01');
    INSERT INTO energy.recalculation (calculated_at, causes) VALUES ('2026-11-24T09:00Z', '{test}');
    INSERT INTO energy.trade VALUES ('${newId()}', '${area}', 'BUY', 'HOUR', '2026-11-25T10:00Z', '2026-11-25T11:00Z', 10, 10000, 90, 'EEX', 'CONFIRMED', '2026-11-24T09:00Z', 'trader');
    INSERT INTO energy.current_position (grid_area_id, start_at, end_at, version, recalculation_id, calculated_at, demand_watt_hours, hedged_watt_hours)
      VALUES ('${area}', '2026-11-25T10:00Z', '2026-11-25T10:15Z', 1, 1, '2026-11-24T09:00Z', 5, 2);
    INSERT INTO energy.price_curve VALUES ('${CURVE}', '2026-11-24', 1, '2026-11-24T17:00Z', '2026-11-25', '2026-11-27', 60);
    INSERT INTO energy.price_curve_day SELECT '${CURVE}', '2026-11-25', array_fill(80.5, ARRAY[24]);
    INSERT INTO energy.realised_consumption VALUES ('${area}', '2026-11-23T10:00Z', 1, 5, 'METERED', '2026-11-24T09:00Z');
    BEGIN;
    INSERT INTO energy.demand_forecast VALUES ('${FORECAST}', 'DAY_AHEAD', '${area}', '2026-11-25', 1, '2026-11-24T09:00Z', '2026-11-24T08:00Z', '2026-11-24T09:00Z');
    INSERT INTO energy.day_ahead_demand_forecast SELECT '${FORECAST}', s, 100 FROM generate_series(timestamptz '2026-11-24T23:00Z', '2026-11-25T22:45Z', '15 minutes') s;
    COMMIT;
    BEGIN;
    INSERT INTO energy.load_profile VALUES ('H25', 2026, 1, true, '2025-10-01');
    INSERT INTO energy.slp_profile SELECT 'H25', 2026, 1, m, t, s, 20.5 FROM generate_series(1, 12) m, unnest('{WT,SA,FT}'::text[]) t, generate_series(0, 95) s;
    COMMIT`);
});
afterAll(() => database.drop());

const trade = (change: Record<string, string>) => insert('trade', { id: `'${newId()}'`, grid_area_id: `'${area}'`, side: `'BUY'`, product: `'HOUR'`, from_at: `'2026-11-25T10:00Z'`, until_at: `'2026-11-25T11:00Z'`, kilowatts: '10', watt_hours: '10000', price_eur_per_mwh: '90', counterparty: `'EEX'`, recorded_at: `'2026-11-24'`, recorded_by: `'x'`, ...change });
const position = (change: Record<string, string>) => insert('current_position', { grid_area_id: `'${area}'`, start_at: `'2026-11-25T11:00Z'`, end_at: `'2026-11-25T11:15Z'`, version: '1', recalculation_id: '1', calculated_at: `'2026-11-24'`, demand_watt_hours: '5', hedged_watt_hours: '2', ...change });
const forecast = (change: Record<string, string>) => insert('demand_forecast', { id: `'${newId()}'`, horizon: `'DAY_AHEAD'`, grid_area_id: `'${area}'`, delivery_day: `'2026-11-25'`, version: '2', published_at: `'2026-11-24T09:00Z'`, cut_off_at: `'2026-11-24T08:00Z'`, imported_at: `'2026-11-24T09:00Z'`, ...change });
const contract = (change: Record<string, string>) => insert('supply_contract', { contract_id: `'${newId()}'`, grid_area_id: `'${area}'`, profile: `'H25'`, metering_kind: `'PROFILE'`, expected_watt_hours: '5', start_on: `'2026-01-01'`, confirmed_at: `'2025-12-01'`, ...change });
const gridArea = (change: Record<string, string>) => insert('grid_area', { id: `'${newId()}'`, code: `'11YSTROM-OST---O'`, name: `'Ost'`, balancing_area_code: `'11YSTROM-OST---O'`, ...change });
const curve = (change: Record<string, string>) => insert('price_curve', { id: `'${newId()}'`, trading_day: `'2026-11-24'`, version: '2', published_at: `'2026-11-24'`, from_day: `'2026-11-25'`, until_day: `'2026-11-27'`, minutes: '60', ...change });
const metered = (day: string, values: number) => `INSERT INTO energy.metered_day SELECT '${newId()}', '1-0:1.29.0', '${day}', contract_id, grid_area_id, 1, array_fill(1::bigint, ARRAY[${values}]) FROM energy.supply_contract LIMIT 1`;
const insert = (table: string, values: Record<string, string>) => `INSERT INTO energy.${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;

test.each([
  ['a grid area is an area by its EIC', gridArea({ code: `'11XSTROM-OST---O'` }), '23514', 'grid_area_code_check'],
  ['a grid area has one row per code', gridArea({ code: `'11YSTROM-NORD--9'` }), '23505', 'grid_area_code_key'],
  ['a balancing area is an area by its EIC', gridArea({ balancing_area_code: `'OST'` }), '23514', 'grid_area_balancing_area_code_check'],
  ['a control area is an area by its EIC', gridArea({ control_area_code: `'OST'` }), '23514', 'grid_area_control_area_code_check'],
  ['a state has two letters', gridArea({ federal_state: `'Sachsen'` }), '23514', 'grid_area_federal_state_check'],
  ['an area has a name', gridArea({ name: `''` }), '23514', 'grid_area_name_check'],
  ['a contract belongs to an area', contract({ grid_area_id: `'${newId()}'` }), '23503', 'supply_contract_grid_area_id_fkey'],
  ['a contract ends after it began', contract({ end_on: `'2026-01-01'` }), '23514', 'supply_contract_check'],
  ['a contract expects no negative energy', contract({ expected_watt_hours: '-1' }), '23514', 'supply_contract_expected_watt_hours_check'],
  ['a contract has a profile', contract({ profile: `''` }), '23514', 'supply_contract_profile_check'],
  ['a contract is metered one way or the other', contract({ metering_kind: `'GUESS'` }), '23514', 'supply_contract_metering_kind_check'],
  ['a profile of a year needs all its values', `INSERT INTO energy.load_profile VALUES ('G25', 2026, 1, false, '2025-10-01')`, '23514', 'profiles_are_whole'],
  ['a profile of seasons needs all of its own', `BEGIN; INSERT INTO energy.load_profile VALUES ('G1', 2026, 1, false, '2025-10-01', true); INSERT INTO energy.slp_profile SELECT 'G1', 2026, 1, m, t, s, 20.5 FROM generate_series(1, 2) m, unnest('{WT,SA,FT}'::text[]) t, generate_series(0, 95) s; COMMIT`, '23514', 'profiles_are_whole'],
  ['a profile of seasons has no months', `BEGIN; INSERT INTO energy.load_profile VALUES ('G1', 2026, 1, false, '2025-10-01', true); INSERT INTO energy.slp_profile SELECT 'G1', 2026, 1, m, t, s, 20.5 FROM generate_series(1, 12) m, unnest('{WT,SA,FT}'::text[]) t, generate_series(0, 95) s; COMMIT`, '23514', 'profiles_are_whole'],
  ['a profile has a version above zero', `INSERT INTO energy.load_profile VALUES ('G25', 2026, 0, false, '2025-10-01')`, '23514', 'load_profile_version_check'],
  ['a profile is for a year', `INSERT INTO energy.load_profile VALUES ('G25', 26, 1, false, '2025-10-01')`, '23514', 'load_profile_year_check'],
  ['a profile comes from a known source', `INSERT INTO energy.load_profile VALUES ('G1', 2026, 1, false, '2025-10-01', true, 'HEARSAY')`, '23514', 'load_profile_source_check'],
  ['a profile value belongs to a profile', `INSERT INTO energy.slp_profile VALUES ('X25', 2026, 1, 1, 'WT', 0, 1)`, '23503', 'slp_profile_code_year_version_fkey'],
  ['a profile value has a slot of the day', `INSERT INTO energy.slp_profile VALUES ('H25', 2026, 1, 1, 'WT', 96, 1)`, '23514', 'slp_profile_slot_check'],
  ['a profile value has a month', `INSERT INTO energy.slp_profile VALUES ('H25', 2026, 1, 13, 'WT', 0, 1)`, '23514', 'slp_profile_month_check'],
  ['a profile value has a known day type', `INSERT INTO energy.slp_profile VALUES ('H25', 2026, 1, 1, 'MO', 0, 1)`, '23514', 'slp_profile_day_type_check'],
  ['a profile value is not negative', `INSERT INTO energy.slp_profile VALUES ('H25', 2026, 1, 1, 'WT', 0, -1)`, '23514', 'slp_profile_value_check'],
  ['a profile value stands once', `INSERT INTO energy.slp_profile VALUES ('H25', 2026, 1, 1, 'WT', 0, 1)`, '23505', 'slp_profile_pkey'],
  ['a forecast covers its whole day', forecast({}), '23514', 'forecasts_are_whole_days'],
  ['a forecast has one row per version', forecast({ version: '1' }), '23505', 'forecasts_have_one_row_per_version'],
  ['a forecast was cut off before it was published', forecast({ cut_off_at: `'2026-11-24T09:00:01Z'` }), '23514', 'demand_forecast_check'],
  ['a forecast has a known horizon', forecast({ horizon: `'SOON'` }), '23514', 'demand_forecast_horizon_check'],
  ['a forecast has a version above zero', forecast({ version: '0' }), '23514', 'demand_forecast_version_check'],
  ['a forecast value starts with a quarter hour', `INSERT INTO energy.day_ahead_demand_forecast VALUES ('${FORECAST}', '2026-11-25T10:01Z', 5)`, '23514', 'day_ahead_demand_forecast_start_at_check'],
  ['a forecast value belongs to a forecast', `INSERT INTO energy.day_ahead_demand_forecast VALUES ('${newId()}', '2026-11-25T10:00Z', 5)`, '23001', 'values_come_with_their_forecast'],
  ['a stored forecast does not grow by another day', `INSERT INTO energy.day_ahead_demand_forecast VALUES ('${FORECAST}', '2026-11-25T23:00Z', 5)`, '23001', 'values_come_with_their_forecast'],
  ['a forecast is made from something known', forecast({ basis: `'RUMOUR'`, version: '3' }), '23514', 'demand_forecast_basis_check'],
  ['a forecast of a week begins on a Monday', forecast({ horizon: `'WEEK_AHEAD'` }), '23514', 'forecasts_begin_with_their_period'],
  ['a forecast of a year begins on 1 January', forecast({ horizon: `'YEAR_AHEAD'` }), '23514', 'forecasts_begin_with_their_period'],
  ['a forecast of a week has all its hours', forecast({ horizon: `'WEEK_AHEAD'`, delivery_day: `'2026-11-23'` }), '23514', 'forecasts_are_whole_days'],
  ['a forecast of a day has all its quarter hours', forecast({ horizon: `'INTRADAY'` }), '23514', 'forecasts_are_whole_days'],
  ['a forecast of a year has all its months', forecast({ horizon: `'YEAR_AHEAD'`, delivery_day: `'2026-01-01'` }), '23514', 'forecasts_are_whole_days'],
  ['the values of another horizon are not taken', `INSERT INTO energy.intraday_demand_forecast VALUES ('${FORECAST}', '2026-11-25T10:00Z', 5)`, '23001', 'values_come_with_their_forecast'],
  ['a value of a week belongs to a forecast', `INSERT INTO energy.weekly_demand_forecast VALUES ('${newId()}', '2026-11-25T10:00Z', 5)`, '23001', 'values_come_with_their_forecast'],
  ['a value of a year belongs to a forecast', `INSERT INTO energy.year_ahead_demand_forecast VALUES ('${newId()}', 1, 0, 5)`, '23001', 'values_come_with_their_forecast'],
  ['the values of a year come with it', `INSERT INTO energy.year_ahead_demand_forecast VALUES ('${FORECAST}', 1, 0, 5)`, '23001', 'values_come_with_their_forecast'],
  ['nobody uses less than nothing', `INSERT INTO energy.day_ahead_demand_forecast VALUES ('${FORECAST}', '2026-11-25T10:00Z', -1)`, '23514', 'day_ahead_values_are_possible'],
  ['nobody uses more than a country', `INSERT INTO energy.intraday_demand_forecast VALUES ('${FORECAST}', '2026-11-25T10:00Z', 25000000001)`, '23514', 'intraday_demand_forecast_demand_watt_hours_check'],
  ['a week has hours', `INSERT INTO energy.weekly_demand_forecast VALUES ('${FORECAST}', '2026-11-25T10:15Z', 5)`, '23514', 'weekly_demand_forecast_start_at_check'],
  ['a week has 168 hours', `INSERT INTO energy.year_ahead_demand_forecast VALUES ('${FORECAST}', 1, 168, 5)`, '23514', 'year_ahead_demand_forecast_week_hour_check'],
  ['a confirmed contract keeps its end', `UPDATE energy.supply_contract SET end_on = '2027-01-01'`, '23001', 'terms_stay_as_confirmed'],
  ['a contract ends after it began, or never came to supply', `INSERT INTO energy.supply_end SELECT contract_id, 1, start_on - 1, NULL, confirmed_at FROM energy.supply_contract`, '23514', 'ends_follow_one_another'],
  ['an end follows what was known', `INSERT INTO energy.supply_end SELECT contract_id, 1, '2026-06-01', '2026-12-01', confirmed_at FROM energy.supply_contract`, '23001', 'ends_follow_one_another'],
  ['an end is not told before the contract', `INSERT INTO energy.supply_end SELECT contract_id, 1, '2026-06-01', NULL, confirmed_at - interval '1 s' FROM energy.supply_contract`, '23001', 'ends_follow_one_another'],
  ['an end is of a contract', `INSERT INTO energy.supply_end VALUES ('${newId()}', 1, '2026-06-01', NULL, '2026-05-01')`, '23503', 'supply_end_contract_id_fkey'],
  ['which forecast comes first is not for the domain to change', `UPDATE energy.forecast_rank SET rank = 9`, '42501', undefined],
  ['a forecast does not claim another transaction', forecast({ written_by: '1', version: '3', horizon: `'INTRADAY'` }), '23514', 'writers_are_named_by_the_database'],
  ['a confirmed contract keeps its energy', 'UPDATE energy.supply_contract SET expected_watt_hours = 2000', '23001', 'terms_stay_as_confirmed'],
  ['a confirmed contract keeps its start', `UPDATE energy.supply_contract SET start_on = '2026-02-01'`, '23001', 'terms_stay_as_confirmed'],
  ['a curve has its own days only', `INSERT INTO energy.price_curve_day VALUES ('${CURVE}', '2026-11-27', '{1}')`, '23001', 'curves_have_their_days_only'],
  ['a trade has energy as power and time say', trade({ watt_hours: '10001' }), '23514', 'trade_energy_is_power_times_time'],
  ['a quarter hour is no base', trade({ product: `'BASE'`, until_at: `'2026-11-25T10:15Z'`, watt_hours: '2500' }), '23514', 'trades_are_of_their_product'],
  ['a day is no hour', trade({ from_at: `'2026-11-24T23:00Z'`, until_at: `'2026-11-25T23:00Z'`, watt_hours: '240000' }), '23514', 'trades_are_of_their_product'],
  ['a trade has power', trade({ kilowatts: '0', watt_hours: '0' }), '23514', 'trade_kilowatts_check'],
  ['a trade begins with a quarter hour', trade({ from_at: `'2026-11-25T10:05Z'` }), '23514', 'trade_energy_is_power_times_time'],
  ['a trade ends with a quarter hour', trade({ until_at: `'2026-11-25T11:05Z'` }), '23514', 'trade_until_at_check'],
  ['a trade ends after it began', trade({ until_at: `'2026-11-25T10:00Z'`, watt_hours: '0' }), '23514', 'trade_check'],
  ['a trade buys or sells', trade({ side: `'HOLD'` }), '23514', 'trade_side_check'],
  ...['NaN', 'Infinity', '-Infinity', '100000'].map((price) => [`${price} is no price of a trade`, trade({ price_eur_per_mwh: `'${price}'` }), '23514', 'trades_have_a_price_that_is_a_number'] as [string, string, string, string]),
  ['a trade has a known product', trade({ product: `'GAS'` }), '23514', 'trade_product_check'],
  ['a trade has a counterparty', trade({ counterparty: `''` }), '23514', 'trade_counterparty_check'],
  ['a trade is in an area', trade({ grid_area_id: `'${newId()}'` }), '23503', 'trade_grid_area_id_fkey'],
  ['a trade has a known status', trade({ status: `'DREAMT'` }), '23514', 'trade_status_check'],
  ['a limit for all areas stands once', `INSERT INTO energy.position_limit VALUES ('${newId()}', NULL, 10, 10)`, '23505', 'position_limit_grid_area_id_key'],
  ['a limit is not negative', `INSERT INTO energy.position_limit VALUES ('${newId()}', '${area}', 10, -1)`, '23514', 'position_limit_watt_hours_per_hour_check'],
  ['a limit is a percentage', `INSERT INTO energy.position_limit VALUES ('${newId()}', '${area}', -1, 1)`, '23514', 'position_limit_percent_check'],
  ['a recalculation has a cause', `INSERT INTO energy.recalculation (calculated_at, causes) VALUES ('2026-11-24', '{}')`, '23514', 'recalculation_causes_check'],
  ['a position is a quarter hour', position({ end_at: `'2026-11-25T12:00Z'` }), '23514', 'positions_are_quarter_hours'],
  ['a position starts with a quarter hour', position({ start_at: `'2026-11-25T11:01Z'`, end_at: `'2026-11-25T11:16Z'` }), '23514', 'current_position_start_at_check'],
  ['a quarter hour has one position', position({ start_at: `'2026-11-25T10:00Z'`, end_at: `'2026-11-25T10:15Z'` }), '23505', 'current_position_grid_area_id_start_at_key'],
  ['a position comes from a recalculation', position({ recalculation_id: '99' }), '23503', 'positions_come_from_a_recalculation'],
  ['a position breaks a known rule', position({ breach: `'BOTH'` }), '23514', 'current_position_breach_check'],
  ['a position has a version above zero', position({ version: '0' }), '23514', 'current_position_version_check'],
  ['a metered day in spring has 92 quarter hours', metered('2026-03-29', 96), '23514', 'metered_days_are_whole'],
  ['what is doubted does not count', metered('2026-11-24', 96).replace(/$/, '; UPDATE energy.metered_day SET doubted = true'), '23514', 'doubted_days_do_not_count'],
  ['energy counts once', `WITH m AS (SELECT gen_random_uuid() AS id) INSERT INTO energy.metered_day SELECT m.id, o, '2026-11-24', contract_id, grid_area_id, 1, array_fill(1::bigint, ARRAY[96]) FROM m, unnest('{1-0:1.29.0,1-0:1.9.0}'::text[]) o, (SELECT * FROM energy.supply_contract LIMIT 1) c`, '23001', 'energy_counts_once'],
  ['a metered day in autumn has 100 quarter hours', metered('2026-10-25', 96), '23514', 'metered_days_are_whole'],
  ['realised consumption has one row per version', `INSERT INTO energy.realised_consumption VALUES ('${area}', '2026-11-23T10:00Z', 1, 6, 'METERED', '2026-11-24T09:00Z')`, '23505', 'realised_consumption_pkey'],
  ['realised consumption has a known source', `INSERT INTO energy.realised_consumption VALUES ('${area}', '2026-11-23T10:00Z', 2, 6, 'GUESS', '2026-11-24T09:00Z')`, '23514', 'realised_consumption_source_check'],
  ['realised consumption starts with a quarter hour', `INSERT INTO energy.realised_consumption VALUES ('${area}', '2026-11-23T10:01Z', 2, 6, 'METERED', '2026-11-24T09:00Z')`, '23514', 'realised_consumption_start_at_check'],
  ['a cursor that fails says since when', `UPDATE energy.publication_cursor SET failures = 1`, '23514', 'publication_cursor_check'],
  ['a cursor does not go below zero', `UPDATE energy.publication_cursor SET position = -1`, '23514', 'publication_cursor_position_check'],
  ['a price comes from a curve', position({ price_eur_per_mwh: '100' }), '23514', 'prices_come_from_a_curve'],
  ['a curve is known', position({ curve_id: `'${newId()}'`, price_eur_per_mwh: '100' }), '23503', 'positions_come_from_known_sources'],
  ['a forecast that gives demand is known', position({ forecast_id: `'${newId()}'` }), '23503', 'positions_come_from_known_sources'],
  ['a curve has a version once', curve({ version: '1' }), '23505', 'price_curve_trading_day_version_key'],
  ['a curve has days', curve({ until_day: `'2026-11-25'` }), '23514', 'price_curve_check'],
  ['a curve has hours or quarter hours', curve({ minutes: '30' }), '23514', 'price_curve_minutes_check'],
  ['a curve with a gap is not whole', `UPDATE energy.price_curve SET whole = true`, '23514', 'whole_curves_have_no_gap'],
  ['a curve never changes', `UPDATE energy.price_curve SET trading_day = trading_day + 1`, '23001', 'curves_never_change'],
  ['a day of a curve has no gap', `INSERT INTO energy.price_curve_day VALUES ('${CURVE}', '2026-11-27', '{1,NULL}')`, '23514', 'price_curve_day_eur_per_mwh_check'],
  ['a day belongs to a curve', `INSERT INTO energy.price_curve_day VALUES ('${newId()}', '2026-11-27', '{1}')`, '23503', 'price_curve_day_curve_id_fkey'],
  ['a source is known', `INSERT INTO energy.publication_cursor (source) VALUES ('RUMOUR')`, '23514', 'publication_cursor_source_check'],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});

test('a forecast that comes with a value of another day is refused whole', async () => {
  const id = newId();
  const outcome = transact(db, async (tx) => {
    await tx.query(forecast({ id: `'${id}'`, version: '4' }));
    await tx.query(`INSERT INTO energy.day_ahead_demand_forecast SELECT '${id}', s, 100 FROM generate_series(timestamptz '2026-11-24T23:00Z', '2026-11-25T23:00Z', '15 minutes') s`);
  });
  await expect(outcome).rejects.toMatchObject({ code: '23001', constraint: 'values_come_with_their_forecast' });
});

test.each([
  ['2026-11-25T10:00Z', '2026-11-25T10:15Z'], ['2026-11-25T10:00Z', '2026-11-25T11:00Z'], ['2026-11-25T10:15Z', '2026-11-25T11:15Z'], ['2026-11-24T23:00Z', '2026-11-25T23:00Z'], ['2026-10-24T22:00Z', '2026-10-25T23:00Z'],
  ['2026-11-30T23:00Z', '2026-12-31T23:00Z'], ['2026-11-25T07:00Z', '2026-11-25T19:00Z'], ['2026-11-28T07:00Z', '2026-11-28T19:00Z'], ['2026-11-25T07:00Z', '2026-11-26T19:00Z'],
])('database and code name the product from %s until %s alike', async (from, until) => {
  const { rows } = await db.query('SELECT energy.product_of($1, $2) AS product', [from, until]);
  expect(rows[0]!.product).toBe(productOf(new Date(from), new Date(until)));
});

// The domain does not write the ledger at all: even the owner is held to its constraints.
test('the ledger has one row per version, and none of the domain itself', async () => {
  const columns = 'position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, demand_watt_hours, hedged_watt_hours';
  const statement = `INSERT INTO energy.open_position (${columns}) SELECT ${columns} FROM energy.open_position`;
  await expect(db.query(statement)).rejects.toMatchObject({ code: '42501', message: 'permission denied for table open_position' });
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23505', constraint: 'open_position_pkey' });
});

test.each([
  ['current_position', 'open_watt_hours', '4'], ['current_position', 'value_cents', '1'], ['current_position', 'status', `'HEDGED'`],
  ['open_position', 'open_watt_hours', '9'], ['open_position', 'status', `'HEDGED'`],
])('what follows from other figures of a position is not written: %s.%s', async (table, column, value) => {
  const refused = { code: '428C9', message: expect.stringContaining(`"${column}"`) };
  await expect(database.owner.query(`UPDATE energy.${table} SET ${column} = ${value}`)).rejects.toMatchObject(refused);
  await expect(database.owner.query(`INSERT INTO energy.${table} (${column}) VALUES (${value})`)).rejects.toMatchObject(refused);
});

test.each([
  [5, 2, 100.05, { open: 3n, status: 'OPEN', cents: 0n }],
  [2_000_000, 500_000, 100.05, { open: 1_500_000n, status: 'OPEN', cents: 15_008n }], // 150.075 €, rounded away from zero
  [500_000, 2_000_000, 100.05, { open: -1_500_000n, status: 'OPEN', cents: -15_008n }],
  [7, 7, 100, { open: 0n, status: 'HEDGED', cents: 0n }],
  [7, 2, null, { open: 5n, status: 'OPEN', cents: null }],
])('a position is demand less hedged, and worth what is open: %i Wh less %i Wh at %s €/MWh', async (demand, hedged, price, figures) => {
  const shown = (table: string) => `SELECT open_watt_hours AS open, status, value_cents AS cents FROM energy.${table} WHERE start_at = '2026-11-25T11:00Z'`;
  const outcome = transact(db, async (tx) => {
    await tx.query(position({ demand_watt_hours: `${demand}`, hedged_watt_hours: `${hedged}`, ...(price !== null && { curve_id: `'${CURVE}'`, price_eur_per_mwh: `${price}` }) }));
    expect((await tx.query(shown('current_position'))).rows).toEqual([figures]);
    expect((await tx.query(shown('open_position'))).rows).toEqual([figures]);
    throw new Error('enough');
  });
  await expect(outcome).rejects.toThrow('enough');
});

test.each([
  ['a position begins with version 1', position({ version: '2' }), '23514', 'positions_are_in_the_ledger'],
  ['demand does not change within a version', 'UPDATE energy.current_position SET demand_watt_hours = 9', '23001', 'changed_positions_are_in_the_ledger'],
  ['an order is not noted within a version', `UPDATE energy.current_position SET hedge_order_id = '${newId()}'`, '23001', 'changed_positions_are_in_the_ledger'],
  ['what says the same is no version', 'UPDATE energy.current_position SET demand_watt_hours = demand_watt_hours', '23001', 'changed_positions_are_in_the_ledger'],
  ['a version is not left out', 'UPDATE energy.current_position SET version = version + 2', '23001', 'changed_positions_are_in_the_ledger'],
  ['a position keeps its id', `UPDATE energy.current_position SET version = version + 1, id = '${newId()}'`, '23001', 'changed_positions_are_in_the_ledger'],
  ['a position does not move to a forecast that nobody knows', `UPDATE energy.current_position SET version = version + 1, forecast_id = '${newId()}'`, '23503', 'positions_come_from_known_sources'],
  ['a position does not move to a curve that nobody knows', `UPDATE energy.current_position SET version = version + 1, curve_id = '${newId()}', price_eur_per_mwh = 0`, '23503', 'positions_come_from_known_sources'],
  ['a position stays in its quarter hour', `UPDATE energy.current_position SET version = version + 1, start_at = start_at + interval '1 hour', end_at = end_at + interval '1 hour'`, '23001', 'changed_positions_are_in_the_ledger'],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});

test('a version that is left out is not made up for by another that stays', async () => {
  const outcome = transact(db, async (tx) => {
    await tx.query(position({}));
    await tx.query(`UPDATE energy.current_position SET version = version + CASE WHEN start_at = '2026-11-25T10:00Z' THEN 2 ELSE 0 END, calculated_at = calculated_at + interval '1 s'`);
  });
  await expect(outcome).rejects.toMatchObject({ code: '23505', constraint: 'open_position_pkey' });
});

test('what changes a position is in the ledger, whoever wrote it', async () => {
  const ledger = async () => (await db.query('SELECT l.version, l.demand_watt_hours::int AS demand, l.open_watt_hours::int AS open FROM energy.open_position l ORDER BY l.version')).rows;
  expect(await ledger()).toEqual([{ version: 1, demand: 5, open: 3 }]);
  await db.query('UPDATE energy.current_position SET version = version + 1, demand_watt_hours = 9');
  expect(await ledger()).toEqual([{ version: 1, demand: 5, open: 3 }, { version: 2, demand: 9, open: 7 }]);
});

test.each([['2026-03-29', 92], ['2026-06-01', 96], ['2026-10-25', 100]])('a metered day %s of %i quarter hours is right', async (day, values) => {
  await expect(db.query(metered(day, values))).resolves.toMatchObject({ rowCount: 1 });
});

const APPEND_ONLY = ['load_profile', 'slp_profile', 'demand_forecast', 'day_ahead_demand_forecast', 'trade', 'open_position', 'realised_consumption', 'price_curve_day'];
test.each(APPEND_ONLY.flatMap((table) => [[table, `DELETE FROM energy.${table}`], [table, `TRUNCATE energy.${table} CASCADE`], [table, `UPDATE energy.${table} SET ${{ load_profile: 'dynamised = NOT dynamised', slp_profile: 'value = 1', demand_forecast: 'version = 9', day_ahead_demand_forecast: 'demand_watt_hours = 1', trade: 'kilowatts = 1', open_position: 'version = 9', realised_consumption: 'watt_hours = 1', price_curve_day: `eur_per_mwh = '{1}'` }[table]}`]]))(
  '%s only grows: %s',
  async (_, statement) => {
    await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' }); // the domain may not
    await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001', message: expect.stringMatching(/^energy\.\w+ is append-only$/) }); // nobody may
  },
);

test('customers and partners read nothing of energy', async () => {
  const own = await database.urlOf('energy', 'own');
  const { default: pg } = await import('pg');
  const client = new pg.Client(own);
  await client.connect();
  for (const table of ['grid_area', 'trade', 'current_position', 'open_position', 'supply_contract', 'demand_forecast']) await expect(client.query(`SELECT FROM energy.${table}`)).rejects.toMatchObject({ code: '42501' });
  await client.end();
});
