// What was agreed stays on the row of a contract and of its supply, whatever the domain's own role tries.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { AT, type InsertRow, rowsIn } from '../../../tests/build/contract-rows.ts';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { refusal } from '../../../tests/refusal.ts';
import { suppliedMalosOf } from './contracts.ts';
import { followExchange } from './meters.ts';

const RESTRICTED = '23001';
const OTHER_LOCATION = `(SELECT id FROM contracts.market_location WHERE id <> market_location_id LIMIT 1)`;
let database: TestDatabase;
let db: Db;
let insert: InsertRow;
let id: string;

const change = (set: string) => db.query(`UPDATE contracts.contract SET ${set} WHERE id = $1`, [id]);
const refused = (set: string, by: string) => expect(change(set), set).rejects.toMatchObject(refusal(RESTRICTED, by));
const to = (state: string, more = '') => change(`state = '${state}' ${more}`);

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('contracts');
  insert = rowsIn(db);
  await insert('market_location');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.setClock(AT);
  id = (await insert('contract'))['id'] as string;
});

describe.each([['CONFIRMED'], ['ACTIVE'], ['SUSPENDED']])('of a contract that is %s', (state) => {
  test.each([
    'id = gen_random_uuid()', `contract_number = 'V-2026-999999'`, 'customer_id = gen_random_uuid()', 'tariff_id = gen_random_uuid()', 'campaign_id = gen_random_uuid()', `market_location_id = ${OTHER_LOCATION}`,
    'working_price_ct_per_kwh = 1', 'fix_fee_cents_per_month = 1', 'expected_watt_hours = 2', `start_on = '2026-12-02'`, `billing_interval = 'ANNUAL'`, `confirmed_at = confirmed_at + interval '1 s'`,
  ])('%s is refused', async (set) => {
    if (state !== 'CONFIRMED') await to('ACTIVE');
    if (state === 'SUSPENDED') await to('SUSPENDED');
    await refused(set, 'contracts_keep_their_terms');
    await refused(`${set}, cancellation_status = 'REQUESTED'`, 'contracts_keep_their_terms');
  });
});

describe('the end of a contract', () => {
  test('needs a cancellation or the end of supply', async () => {
    await refused(`end_on = '2027-12-01'`, 'contracts_end_once');
    await to('ACTIVE');
    await refused(`end_on = '2027-12-01'`, 'contracts_end_once');
    await refused(`state = 'SUSPENDED', end_on = '2027-12-01'`, 'contracts_end_once');
    await change(`cancellation_status = 'REQUESTED', end_on = '2027-12-01'`);
  });

  test('is set once; supply may end on another day', async () => {
    await to('ACTIVE', `, cancellation_status = 'CONFIRMED', end_on = '2027-12-01'`);
    await refused(`end_on = '2027-11-01'`, 'contracts_end_once');
    await refused('end_on = NULL', 'contracts_end_once');
    await to('TERMINATED', `, termination_reason = 'SUPPLIER_CHANGE', end_on = '2027-11-01'`);
    await refused(`end_on = '2027-10-01'`, 'contracts_end_once');
  });

  test.each([
    ['TERMINATED', `, termination_reason = 'BREACH', end_on = '2027-11-01'`, `termination_reason = 'MOVE_OUT'`],
    ['TERMINATED', `, termination_reason = 'BREACH', end_on = '2027-11-01'`, `cancellation_status = 'REQUESTED'`],
    ['REVOKED', '', `cancellation_status = 'REQUESTED'`],
    ['CANCELLED', '', `cancellation_status = 'CONFIRMED'`],
  ])('%s%s is kept: %s is refused', async (state, more, set) => {
    if (state === 'TERMINATED') await to('ACTIVE');
    await to(state, more);
    await refused(set, 'ended_contracts_stay_as_they_are');
  });
});

describe('revocation', () => {
  test.each([['2026-12-15T22:59:59Z'], ['2026-12-01T00:00:00Z']])('is possible until the 14th day after the start: %s', async (now) => {
    await to('ACTIVE');
    await database.setClock(now);
    await to('REVOKED');
  });

  test('is refused on the 15th, by Berlin’s calendar', async () => {
    await to('ACTIVE');
    await database.setClock('2026-12-15T23:00:00Z');
    await refused(`state = 'REVOKED'`, 'revocation_within_14_days');
  });
});

describe('the record of a supply', () => {
  let supply: string;
  const changeSupply = (set: string) => db.query(`UPDATE contracts.customer_malo SET ${set} WHERE id = $1`, [supply]);
  const refusedSupply = (set: string) => expect(changeSupply(set), set).rejects.toMatchObject(refusal(RESTRICTED, 'supplies_only_begin_and_end'));
  const meters = async () => (await suppliedMalosOf(db, [id])).map((malo) => [malo.meterNumber, malo.changeStatus, malo.validFrom, malo.validUntil]);
  beforeEach(async () => {
    const { id: location } = await insert('market_location');
    supply = (await insert('customer_malo', { contract_id: id, market_location_id: location, valid_until: null }))['id'] as string;
  });

  test.each([
    'id = gen_random_uuid()', 'customer_id = gen_random_uuid()', `meter_number = '1ISK'`, `valid_from = '2026-12-02'`, `market_location_id = ${OTHER_LOCATION}`, `grid_operator_code = '9999000200011'`,
    'own_metering_operator = true', `previous_provider_code = 'x'`, 'previous_annual_watt_hours = 1', `possible_change_on = '2026-12-02'`, 'credit_accepted = true',
  ])('%s is refused', refusedSupply);

  test('begins and ends, once', async () => {
    await changeSupply(`change_status = 'SUPPLYING'`);
    await changeSupply(`change_status = 'ENDED', valid_until = '2027-02-01'`);
    await refusedSupply(`valid_until = '2027-03-01'`);
    await refusedSupply(`change_status = 'SUPPLYING'`);
  });

  describe.each([['as they were', (all: object[]) => all], ['the other way round', (all: object[]) => all.toReversed()], ['each twice', (all: object[]) => [...all, ...all]]])('exchanges that are told %s', (_, order) => {
    test('make another record each; the meter that is beside it, and the one that comes back, none more', async () => {
      await changeSupply(`change_status = 'SUPPLYING'`);
      const { rows: [location] } = await db.query<{ maloId: string }>(`SELECT l.malo_id AS "maloId" FROM contracts.market_location l JOIN contracts.customer_malo m ON m.market_location_id = l.id WHERE m.id = $1`, [supply]);
      const exchange = (oldMeterNumber: string, newMeterNumber: string, exchangedAt: string) => ({ exchangeId: newId(), maloId: location!.maloId, oldMeterNumber, newMeterNumber, exchangedAt });
      const all = [
        exchange('1EMH', '1ISK', '2026-11-20T10:00:00Z'), // before the start of supply: it never measured for it
        exchange('1OTHER', '1BESIDE', '2026-12-20T10:00:00Z'),
        exchange('1ISK', '1LGZ', '2027-01-14T23:30:00Z'), // on the 15th in Berlin
        exchange('1LGZ', '1ISK', '2027-03-01T10:00:00Z'),
      ];
      for (const one of order(all)) await transact(db, (tx) => followExchange(tx, one as (typeof all)[number]));
      expect(await meters()).toEqual([['1ISK', 'SUPPLYING', '2027-03-01', null], ['1LGZ', 'ENDED', '2027-01-15', '2027-03-01'], ['1ISK', 'ENDED', '2026-12-01', '2027-01-15'], ['1EMH', 'CANCELLED', '2026-12-01', null]]);
    });
  });
});
