// Each promise of the schema, with an attempt to break it as the domain itself, and as the owner where the domain may not even try.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '@stromgraph/kernel/ids';
import type { Db } from '@stromgraph/kernel/database';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { waitsForLock } from '../../../tests/locks.ts';
import { refusal } from '../../../tests/refusal.ts';

let database: TestDatabase;
let db: Db;
const [tariffId, dynamicId, endingId, campaignId, publishedId, dynamicCampaignId] = Array.from({ length: 6 }, () => newId());

const CHECK = '23514';
const FOREIGN_KEY = '23503';
const UNIQUE = '23505';
const EXCLUDED = '23P01';
const RESTRICTED = '23001';
const DENIED = '42501';
const NOT_NULL = '23502';

const TARIFF = { id: 'u', name: 'n', kind: 'FIX12', minimum_duration_months: 12, minimum_margin_ct_per_kwh: '1', maximum_margin_ct_per_kwh: '3', consumption_from_watt_hours: 0, consumption_until_watt_hours: 10, billing_frequency_months: 1, advance_payment_mode: 'NONE', number_of_advances: 0, grace_days: 14, end_of_contract: 'END', valid_from: '2026-01-01', valid_until: null, defined_at: '2026-01-01T00:00:00Z' };
const CAMPAIGN = { id: 'u', tariff_id: tariffId, rate_version: 1, channel: 'WEB', valid_from: '2026-01-01', valid_until: null, created_at: '2026-01-01T00:00:00Z', engine_version: 'test', input_hash: '0'.repeat(64) };
const PLACE = { postal_code: '24103', city: 'Kiel', district: 'Altstadt', ags: '01002000', grid_operator_code: '9999000100012', grid_operator_name: 'F', grid_area_code: '11YSTROM-NORD--9' };
const FEE = { postal_code: '24103', city: 'Kiel', district_key: 'Altstadt', valid_from: '2026-01-01', valid_until: '2027-01-01', working_ct_per_kwh: '8.5', base_cents_per_year: '8400', metering_cents_per_year: '1620' };
const LEVY = { ags: '01002000', contract_class: 'TARIFF', source: 'OPERATOR', valid_from: '2026-01-01', valid_until: null, ct_per_kwh: '1.59' };
const PRICE = {
  campaign_id: campaignId, line: 1, tariff_id: tariffId, postal_code: '24103', city: 'Kiel', district: 'Altstadt', starts_on: '2026-01-01', working_price_ct_per_kwh: '27.086', fix_fee_cents_per_month: '1190',
  variable_bonus_ct_per_kwh: '0', fixed_bonus_cents: 0, grid_working_ct_per_kwh: '8.5', grid_fix_cents_per_month: '700', energy_ct_per_kwh: '10.5', concession_ct_per_kwh: '1.59', levies_ct_per_kwh: '2.946', tax_ct_per_kwh: '2.05',
  minimum_margin_ct_per_kwh: '1', maximum_margin_ct_per_kwh: '3', cost_breakdown: '{"energy":"10.5","grid":"8.50","concession":"1.59","levies":"2.946","tax":"2.05","margin":"1.5"}',
};
const TABLES = { tariff: TARIFF, campaign: CAMPAIGN, place: PLACE, grid_fee: FEE, concession_levy: LEVY, campaign_price_fix12: PRICE, campaign_price_dynamic: PRICE } as const;

async function insert(table: keyof typeof TABLES, change: object = {}): Promise<void> {
  const row: Record<string, unknown> = { ...TABLES[table], ...('id' in TABLES[table] ? { id: newId() } : {}), ...change };
  const names = Object.keys(row);
  await db.query(`INSERT INTO pricing.${table} (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`, Object.values(row));
}

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('pricing');
  await insert('tariff', { id: tariffId, name: 'Fixed' });
  await insert('tariff', { id: dynamicId, name: 'Dynamic', kind: 'DYNAMIC' });
  await insert('tariff', { id: endingId, name: 'Ending', valid_until: '2027-01-01' });
  for (const id of [tariffId, dynamicId, endingId]) await db.query(`INSERT INTO pricing.rate_configuration VALUES ($1, 1, '{"kind": "FLAT"}', '2026-01-01')`, [id]);
  await insert('place');
  await insert('place', { postal_code: '97941', city: 'Tauberbischofsheim', district: null });
  await insert('grid_fee');
  await insert('concession_levy');
  await insert('campaign', { id: campaignId });
  await insert('campaign', { id: dynamicCampaignId, tariff_id: dynamicId });
  await insert('campaign', { id: publishedId });
  await insert('campaign_price_fix12', { campaign_id: publishedId });
  await db.query(`UPDATE pricing.campaign SET published_at = '2026-01-02', price_count = 1 WHERE id = $1`, [publishedId]);
  await insert('campaign_price_fix12');
  await insert('campaign_price_fix12', { line: 2, postal_code: '97941', city: 'Tauberbischofsheim', district: null });
  await insert('campaign_price_dynamic', { campaign_id: dynamicCampaignId, tariff_id: dynamicId });
});
afterAll(() => database.drop());

test.each<[string, keyof typeof TABLES, object, string, string]>([
  ['a tariff without a name', 'tariff', { name: ' ' }, CHECK, 'tariff_name_check'],
  ['a tariff of another kind', 'tariff', { kind: 'FIX24' }, CHECK, 'tariff_kind_check'],
  ['a tariff that binds for 25 months', 'tariff', { minimum_duration_months: 25 }, CHECK, 'tariff_minimum_duration_months_check'],
  ['a corridor upside down', 'tariff', { minimum_margin_ct_per_kwh: '3.1' }, CHECK, 'corridor_has_a_width'],
  ['consumption below nothing', 'tariff', { consumption_from_watt_hours: -1 }, CHECK, 'tariff_consumption_from_watt_hours_check'],
  ['an empty range of consumption', 'tariff', { consumption_from_watt_hours: 10 }, CHECK, 'consumption_range_is_not_empty'],
  ['billing every two months', 'tariff', { billing_frequency_months: 2 }, CHECK, 'tariff_billing_frequency_months_check'],
  ['an unknown advance mode', 'tariff', { advance_payment_mode: 'WEEKLY' }, CHECK, 'tariff_advance_payment_mode_check'],
  ['thirteen advances', 'tariff', { number_of_advances: 13 }, CHECK, 'tariff_number_of_advances_check'],
  ['91 days of grace', 'tariff', { grace_days: 91 }, CHECK, 'tariff_grace_days_check'],
  ['an unknown end', 'tariff', { end_of_contract: 'NEVER' }, CHECK, 'tariff_end_of_contract_check'],
  ['a negative bonus', 'tariff', { fixed_bonus_cents: -1 }, CHECK, 'tariff_fixed_bonus_cents_check'],
  ['an unknown component', 'tariff', { passed_through: ['MARGIN'] }, CHECK, 'only_known_components_pass_through'],
  ['an empty validity', 'tariff', { valid_until: '2026-01-01' }, CHECK, 'tariff_validity_is_not_empty'],
  ['two tariffs of one name on one day', 'tariff', { name: 'Fixed' }, EXCLUDED, 'one_tariff_of_a_name_at_a_time'],
  ['a campaign of an unknown tariff', 'campaign', { tariff_id: newId() }, FOREIGN_KEY, 'campaign_has_a_rate'],
  ['a campaign of an unknown rate', 'campaign', { rate_version: 2 }, FOREIGN_KEY, 'campaign_has_a_rate'],
  ['a campaign for an unknown channel', 'campaign', { channel: 'FAX' }, FOREIGN_KEY, 'campaign_channel_fkey'],
  ['a campaign that ends before it begins', 'campaign', { valid_until: '2026-01-01' }, CHECK, 'campaign_validity_is_not_empty'],
  ['a campaign after its tariff', 'campaign', { tariff_id: endingId, valid_from: '2027-01-01' }, CHECK, 'campaigns_end_with_their_tariff'],
  ['a campaign that outlasts its tariff', 'campaign', { tariff_id: endingId, valid_until: '2027-01-02' }, CHECK, 'campaigns_end_with_their_tariff'],
  ['a campaign without inputs', 'campaign', { input_hash: 'abc' }, CHECK, 'campaign_input_hash_check'],
  ['a campaign without an engine', 'campaign', { engine_version: '' }, CHECK, 'campaign_engine_version_check'],
  ['a campaign born published', 'campaign', { published_at: '2026-01-02', price_count: 1 }, RESTRICTED, 'campaigns_begin_unpublished'],
  ['a campaign that counts without being published', 'campaign', { price_count: 1 }, CHECK, 'published_campaigns_count_their_prices'],
  ['a campaign of no prices', 'campaign', { price_count: 0 }, CHECK, 'campaigns_are_not_empty'],
  ['a postal code of four digits', 'place', { postal_code: '2410' }, CHECK, 'place_postal_code_check'],
  ['a municipality of seven digits', 'place', { ags: '0100200' }, CHECK, 'place_ags_check'],
  ['an operator without a BDEW code', 'place', { city: 'X', grid_operator_code: '4012345000023' }, CHECK, 'place_grid_operator_code_check'],
  ['a balancing group as grid area', 'place', { city: 'X', grid_area_code: '11XSWKIEL------G' }, CHECK, 'place_grid_area_code_check'],
  ['one place twice', 'place', {}, UNIQUE, 'place_pkey'],
  ['a place without district twice', 'place', { postal_code: '97941', city: 'Tauberbischofsheim', district: null }, UNIQUE, 'place_pkey'],
  ['two grid fees on one day', 'grid_fee', { valid_from: '2026-12-31', valid_until: null }, EXCLUDED, 'one_grid_fee_at_a_time'],
  ['a grid fee nowhere', 'grid_fee', { city: 'Lübeck' }, FOREIGN_KEY, 'grid_fee_of_a_known_place'],
  ['a negative grid fee', 'grid_fee', { valid_from: '2027-01-01', valid_until: null, working_ct_per_kwh: '-1' }, CHECK, 'grid_fee_working_ct_per_kwh_check'],
  ['a negative base price', 'grid_fee', { valid_from: '2027-01-01', valid_until: null, base_cents_per_year: '-1' }, CHECK, 'grid_fee_base_cents_per_year_check'],
  ['a negative metering price', 'grid_fee', { valid_from: '2027-01-01', valid_until: null, metering_cents_per_year: '-1' }, CHECK, 'grid_fee_metering_cents_per_year_check'],
  ['a grid fee of no days', 'grid_fee', { valid_from: '2027-01-01' }, CHECK, 'grid_fee_validity_is_not_empty'],
  ['two concession rates on one day', 'concession_levy', { valid_from: '2027-01-01' }, EXCLUDED, 'one_concession_rate_at_a_time'],
  ['a concession levy above the law', 'concession_levy', { ags: '01002001', ct_per_kwh: '2.40' }, CHECK, 'concession_within_the_law'],
  ['a concession levy of an unknown class', 'concession_levy', { contract_class: 'VIP' }, CHECK, 'concession_levy_contract_class_check'],
  ['a concession levy from nowhere', 'concession_levy', { source: 'GUESS' }, CHECK, 'concession_levy_source_check'],
  ['a concession levy of no days', 'concession_levy', { valid_until: '2026-01-01' }, CHECK, 'concession_validity_is_not_empty'],
  ['a place and day twice', 'campaign_price_fix12', { line: 3 }, UNIQUE, 'fix12_price_once'],
  ['a place without district and day twice', 'campaign_price_fix12', { line: 3, postal_code: '97941', city: 'Tauberbischofsheim', district: null }, UNIQUE, 'fix12_price_once'],
  ['a line twice', 'campaign_price_fix12', { starts_on: '2026-02-01' }, UNIQUE, 'campaign_price_fix12_pkey'],
  ['a line zero', 'campaign_price_fix12', { line: 0, starts_on: '2026-02-01' }, CHECK, 'campaign_price_fix12_line_check'],
  ['a margin below the corridor', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', working_price_ct_per_kwh: '26.585999', cost_breakdown: PRICE.cost_breakdown.replace('"1.5"', '"0.999999"') }, CHECK, 'fix12_margin_within_corridor'],
  ['a margin above the corridor', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', working_price_ct_per_kwh: '28.586001', cost_breakdown: PRICE.cost_breakdown.replace('"1.5"', '"3.000001"') }, CHECK, 'fix12_margin_within_corridor'],
  ['a corridor that is not the tariff’s', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', maximum_margin_ct_per_kwh: '9' }, FOREIGN_KEY, 'fix12_price_has_its_tariffs_corridor'],
  ['a breakdown that says otherwise', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', cost_breakdown: PRICE.cost_breakdown.replace('10.5', '10.4') }, CHECK, 'fix12_breakdown_agrees'],
  ['no breakdown', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', cost_breakdown: '{}' }, CHECK, 'fix12_breakdown_agrees'],
  ['a price nowhere', 'campaign_price_fix12', { line: 3, city: 'Lübeck' }, FOREIGN_KEY, 'fix12_price_of_a_known_place'],
  ['a price for a town where only districts are known', 'campaign_price_fix12', { line: 3, district: null }, FOREIGN_KEY, 'fix12_price_of_a_known_place'],
  ['a price of another tariff than its campaign', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', campaign_id: dynamicCampaignId }, FOREIGN_KEY, 'fix12_price_of_its_campaign'],
  ['a dynamic tariff among fixed prices', 'campaign_price_fix12', { tariff_id: dynamicId, campaign_id: dynamicCampaignId }, FOREIGN_KEY, 'fix12_price_has_its_tariffs_corridor'],
  ['a dynamic kind among fixed prices', 'campaign_price_fix12', { tariff_id: dynamicId, campaign_id: dynamicCampaignId, tariff_kind: 'DYNAMIC' }, CHECK, 'fixed_prices_only'],
  ['a fixed tariff among dynamic prices', 'campaign_price_dynamic', { starts_on: '2026-02-01' }, FOREIGN_KEY, 'dynamic_price_has_its_tariffs_corridor'],
  ['a fixed kind among dynamic prices', 'campaign_price_dynamic', { starts_on: '2026-02-01', tariff_kind: 'FIX12' }, CHECK, 'dynamic_prices_only'],
  ['a dynamic place and day twice', 'campaign_price_dynamic', { line: 3, campaign_id: dynamicCampaignId, tariff_id: dynamicId }, UNIQUE, 'dynamic_price_once'],
  ['a dynamic margin outside the corridor', 'campaign_price_dynamic', { line: 3, campaign_id: dynamicCampaignId, tariff_id: dynamicId, starts_on: '2026-02-01', working_price_ct_per_kwh: '30', cost_breakdown: PRICE.cost_breakdown.replace('"1.5"', '"4.414"') }, CHECK, 'dynamic_margin_within_corridor'],
  ['a dynamic breakdown that says otherwise', 'campaign_price_dynamic', { line: 3, campaign_id: dynamicCampaignId, tariff_id: dynamicId, starts_on: '2026-02-01', cost_breakdown: '{}' }, CHECK, 'dynamic_breakdown_agrees'],
  ['a negative working price', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', working_price_ct_per_kwh: '-1' }, CHECK, 'campaign_price_fix12_working_price_ct_per_kwh_check'],
  ['a negative fee', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', fix_fee_cents_per_month: '-1' }, CHECK, 'campaign_price_fix12_fix_fee_cents_per_month_check'],
  ['a negative variable bonus', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', variable_bonus_ct_per_kwh: '-1' }, CHECK, 'campaign_price_fix12_variable_bonus_ct_per_kwh_check'],
  ['a negative fixed bonus', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', fixed_bonus_cents: -1 }, CHECK, 'campaign_price_fix12_fixed_bonus_cents_check'],
  ['no working price', 'campaign_price_fix12', { line: 3, starts_on: '2026-02-01', working_price_ct_per_kwh: null }, NOT_NULL, 'working_price_ct_per_kwh'],
  ['a row more for a published campaign', 'campaign_price_fix12', { campaign_id: publishedId, line: 2, starts_on: '2026-02-01' }, RESTRICTED, 'published_fix12_prices_get_no_company'],
])('%s is refused', async (_, table, change, code, by) => {
  await expect(insert(table, change)).rejects.toMatchObject(refusal(code, by));
});

test('the end of a tariff may be set', async () => {
  expect(await db.query(`UPDATE pricing.tariff SET valid_until = '2028-01-01' WHERE name = 'Dynamic'`)).toMatchObject({ rowCount: 1 });
});

test('a tariff does not end before a campaign of it, also while that is being written', async () => {
  const end = (day: string | null) => db.query(`UPDATE pricing.tariff SET valid_until = $1 WHERE id = $2`, [day, endingId]);
  const tooEarly = refusal(CHECK, 'tariffs_end_after_their_campaigns');
  await insert('campaign', { tariff_id: endingId, valid_until: '2026-10-01' });
  await insert('campaign', { tariff_id: endingId, valid_from: '2026-11-01' });
  for (const day of ['2026-09-30', '2026-11-01']) await expect(end(day)).rejects.toMatchObject(tooEarly);
  for (const day of ['2026-11-02', null, '2027-01-01']) expect(await end(day)).toMatchObject({ rowCount: 1 });
  const seller = database.owner;
  await seller.query('BEGIN');
  await seller.query(`INSERT INTO pricing.campaign (id, tariff_id, rate_version, channel, valid_from, created_at, engine_version, input_hash) VALUES ('${newId()}', '${endingId}', 1, 'WEB', '2026-12-01', '2026-01-01', 'test', repeat('0', 64))`);
  const ended = end('2026-11-15').then(() => null, (error: unknown) => error);
  await waitsForLock(seller);
  await seller.query('COMMIT');
  expect(await ended).toMatchObject(tooEarly);
});

test.each([
  ['a tariff’s corridor never changes', `UPDATE pricing.tariff SET maximum_margin_ct_per_kwh = 9`, RESTRICTED, 'tariffs_change_only_their_end'],
  ['a tariff is not deleted', `DELETE FROM pricing.tariff`, DENIED, 'table tariff'],
  ['a rate never changes', `UPDATE pricing.rate_configuration SET configuration = '{"kind": "SPOT"}'`, DENIED, 'table rate_configuration'],
  ['a rate is not deleted', `DELETE FROM pricing.rate_configuration`, DENIED, 'table rate_configuration'],
  ['a published campaign never changes', `UPDATE pricing.campaign SET valid_until = '2027-01-01' WHERE published_at IS NOT NULL`, RESTRICTED, 'campaigns_never_change'],
  ['a published campaign is not withdrawn', `UPDATE pricing.campaign SET published_at = NULL, price_count = NULL WHERE published_at IS NOT NULL`, RESTRICTED, 'campaigns_never_change'],
  ['a published campaign is not deleted', `DELETE FROM pricing.campaign WHERE published_at IS NOT NULL`, RESTRICTED, 'campaigns_never_change'],
  ['an unpublished campaign changes by being published only', `UPDATE pricing.campaign SET channel = 'PARTNER' WHERE published_at IS NULL`, RESTRICTED, 'campaigns_never_change'],
  ['a campaign is published with all its rows', `UPDATE pricing.campaign SET published_at = '2026-01-02', price_count = 1 WHERE id = '${campaignId}'`, CHECK, 'campaigns_never_change'],
  ['a price never changes', `UPDATE pricing.campaign_price_fix12 SET fix_fee_cents_per_month = 0`, DENIED, 'table campaign_price_fix12'],
  ['a dynamic price never changes', `UPDATE pricing.campaign_price_dynamic SET fix_fee_cents_per_month = 0`, DENIED, 'table campaign_price_dynamic'],
  ['a published price is not deleted', `DELETE FROM pricing.campaign_price_fix12 WHERE campaign_id = '${publishedId}'`, RESTRICTED, 'published_fix12_prices_are_kept'],
  ['prices are not truncated', `TRUNCATE pricing.campaign_price_fix12`, DENIED, 'table campaign_price_fix12'],
])('%s', async (_, sql, code, by) => {
  await expect(db.query(sql)).rejects.toMatchObject(refusal(code, by));
});

test.each([
  [`UPDATE pricing.campaign_price_fix12 SET fix_fee_cents_per_month = 0`, 'fix12_prices_never_change'],
  [`UPDATE pricing.campaign_price_dynamic SET fix_fee_cents_per_month = 0`, 'dynamic_prices_never_change'],
  [`TRUNCATE pricing.campaign_price_fix12`, 'fix12_prices_never_change'],
  [`TRUNCATE pricing.campaign_price_dynamic`, 'dynamic_prices_never_change'],
  [`TRUNCATE pricing.campaign CASCADE`, 'campaigns_are_kept'],
  [`UPDATE pricing.rate_configuration SET version = 7`, 'rate_configurations_never_change'],
  [`DELETE FROM pricing.tariff WHERE name = 'Dynamic'`, 'tariffs_change_only_their_end'],
])('not even the owner gets by with %s', async (sql, by) => {
  await expect(database.owner.query(sql)).rejects.toMatchObject(refusal(RESTRICTED, by));
});

test('a load that comes while the campaign is being published waits, and then fails', async () => {
  const id = newId();
  await insert('campaign', { id });
  await insert('campaign_price_fix12', { campaign_id: id });
  const publisher = await db.pool.connect();
  await publisher.query('BEGIN');
  await publisher.query(`UPDATE pricing.campaign SET published_at = '2026-01-02', price_count = 1 WHERE id = $1`, [id]);
  const late = expect(insert('campaign_price_fix12', { campaign_id: id, line: 2, starts_on: '2026-02-01' })).rejects.toMatchObject(refusal(RESTRICTED, 'published_fix12_prices_get_no_company'));
  await publisher.query('COMMIT');
  publisher.release();
  await late;
});

describe('the shape of a rate', () => {
  const window = (change: object = {}) => ({ kind: 'TIME_OF_USE', windows: [{ name: 'night', days: ['MONDAY'], from: '22:00', until: '24:00', adjustmentCtPerKwh: '-2.5', ...change }] });
  const tiers = (...ceilings: (string | null)[]) => ({ kind: 'BLOCK', tiers: ceilings.map((upToWattHours) => ({ upToWattHours, adjustmentCtPerKwh: '0' })) });
  let version = 1;
  const store = (rate: unknown) => db.query(`INSERT INTO pricing.rate_configuration VALUES ($1, $2, $3, '2026-01-01')`, [tariffId, (version += 1), JSON.stringify(rate)]);

  test.each([[{ kind: 'FLAT' }], [{ kind: 'SPOT' }], [window()], [tiers('1000', '2000', null)], [tiers(null)]])('%j is stored', async (rate) => void (await store(rate)));
  test.each([
    [{}], [null], [[]], [{ kind: 'FLAT', more: 1 }], [{ kind: 'SEASONAL' }], [{ kind: 'TIME_OF_USE' }], [{ kind: 'TIME_OF_USE', windows: [] }], [{ kind: 'BLOCK', tiers: 'all' }],
    [window({ days: [] })], [window({ days: ['MOON'] })], [window({ from: '22:05' })], [window({ until: '21:00' })], [window({ adjustmentCtPerKwh: 2.5 })], [window({ colour: 'red' })],
    [tiers('1000')], [tiers('2000', '1000', null)], [tiers(null, null)], [tiers('0', null)],
  ])('%j is refused', async (rate) => {
    await expect(store(rate)).rejects.toMatchObject(refusal(CHECK, 'rate_has_a_known_shape'));
  });
  test('a version is given once', async () => {
    await expect(db.query(`INSERT INTO pricing.rate_configuration VALUES ($1, 1, '{"kind": "FLAT"}', '2026-01-01')`, [tariffId])).rejects.toMatchObject(refusal(UNIQUE, 'rate_configuration_pkey'));
  });
});

test.each([
  [`INSERT INTO pricing.channel VALUES ('web', 'OPTIMISED')`, CHECK, 'channel_name_check'],
  [`INSERT INTO pricing.channel VALUES ('SHOP', 'FIXED')`, CHECK, 'fixed_strategies_name_their_margin'],
  [`INSERT INTO pricing.channel VALUES ('SHOP', 'OPTIMISED', 1)`, CHECK, 'fixed_strategies_name_their_margin'],
  [`INSERT INTO pricing.channel VALUES ('SHOP', 'LUCKY')`, CHECK, 'channel_margin_strategy_check'],
  [`INSERT INTO pricing.channel SELECT name, 'OPTIMISED', NULL, '01990000-0000-7000-8000-000000000001' FROM unnest('{A,B}'::text[]) AS name`, UNIQUE, 'channel_service_account_id_key'],
  [`INSERT INTO pricing.levy VALUES ('SOLI', 2026, 'A', 1, 'law')`, CHECK, 'levy_name_check'],
  [`INSERT INTO pricing.levy VALUES ('KWKG', 1990, 'A', 1, 'law')`, CHECK, 'levy_year_check'],
  [`INSERT INTO pricing.levy VALUES ('KWKG', 2026, 'D', 1, 'law')`, CHECK, 'levy_consumer_group_check'],
  [`INSERT INTO pricing.levy VALUES ('KWKG', 2026, 'A', -1, 'law')`, CHECK, 'levy_ct_per_kwh_check'],
  [`INSERT INTO pricing.levy VALUES ('KWKG', 2026, 'A', 1, '')`, CHECK, 'levy_source_check'],
  [`INSERT INTO pricing.levy SELECT 'KWKG', 2026, 'A', n, 'law' FROM generate_series(1, 2) n`, UNIQUE, 'levy_pkey'],
])('%s is refused', async (sql, code, by) => {
  await expect(db.query(sql)).rejects.toMatchObject(refusal(code, by));
});
