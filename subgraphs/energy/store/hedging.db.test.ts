// What the database promises of breaches, orders, fills and amendments: each is broken on purpose.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

let database: TestDatabase;
let db: Db;
const area = idOf('grid-area', '11YSTROM-NORD--9');
const [TRADE, OTHER, SPARE, BREACH, ORDER, DONE] = Array.from({ length: 6 }, () => newId()) as [string, string, string, string, string, string];

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  const trade = (id: string, kilowatts: number, until: string) => `INSERT INTO energy.trade VALUES ('${id}', '${area}', 'BUY', energy.product_of('2026-11-25T10:00Z', '${until}'), '2026-11-25T10:00Z', '${until}', ${kilowatts}, ${kilowatts} * 250 * (extract(epoch FROM timestamptz '${until}' - '2026-11-25T10:00Z')::bigint / 900), 90, 'EEX', 'CONFIRMED', '2026-11-24T09:00Z', 'trader');`;
  await database.owner.query(`
    INSERT INTO energy.grid_area VALUES ('${area}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9', NULL, 'SH');
    INSERT INTO energy.recalculation (calculated_at, causes) VALUES ('2026-11-24T09:00Z', '{test}');
    INSERT INTO energy.current_position (grid_area_id, start_at, end_at, version, recalculation_id, calculated_at, demand_watt_hours, hedged_watt_hours)
      VALUES ('${area}', '2026-11-25T10:00Z', '2026-11-25T10:15Z', 1, 1, '2026-11-24T09:00Z', 5, 2);
    ${trade(TRADE, 10, '2026-11-25T11:00Z')} ${trade(OTHER, 12, '2026-11-25T11:00Z')} ${trade(SPARE, 10, '2026-11-25T12:00Z')}
    INSERT INTO energy.limit_breach VALUES ('${BREACH}', '${area}', '2026-11-25T10:00Z', 'PCT', 5, 3, 1, '2026-11-24T09:00Z');
    INSERT INTO energy.hedging_suspension VALUES ('${newId()}', '${area}', '2026-11-24', '2026-11-25', 'why', 'me');
    ${order({ id: `'${ORDER}'`, origin: `'AUTOMATIC'`, breach_id: `'${BREACH}'`, client_order_id: `'1'` })}; ${order({ id: `'${DONE}'`, client_order_id: `'2'` })};
    UPDATE energy.hedge_order SET status = 'WORKING' WHERE id = '${ORDER}';
    UPDATE energy.hedge_order SET status = 'REJECTED', reason = 'x' WHERE id = '${DONE}'`);
});
afterAll(() => database.drop());

function insert(table: string, values: Record<string, string>): string {
  return `INSERT INTO energy.${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
}
function order(change: Record<string, string>): string {
  return insert('hedge_order', { id: `'${newId()}'`, origin: `'MANUAL'`, client_order_id: `'${newId()}'`, placed_by: `'me'`, grid_area_id: `'${area}'`, side: `'BUY'`, from_at: `'2026-11-25T10:00Z'`, until_at: `'2026-11-25T10:15Z'`, kilowatts: '10', placed_at: `'2026-11-24'`, changed_at: `'2026-11-24'`, ...change });
}
const breach = (change: Record<string, string>) => insert('limit_breach', { id: `'${newId()}'`, grid_area_id: `'${area}'`, start_at: `'2026-11-25T10:00Z'`, rule: `'PCT'`, demand_watt_hours: '5', open_watt_hours: '3', position_version: '1', opened_at: `'2026-11-24'`, ...change });
const suspension = (change: Record<string, string>) => insert('hedging_suspension', { id: `'${newId()}'`, grid_area_id: `'${area}'`, from_at: `'2026-11-26'`, until_at: `'2026-11-27'`, reason: `'why'`, suspended_by: `'me'`, ...change });
const amendment = (change: Record<string, string>) => insert('trade_amendment', { trade_id: `'${TRADE}'`, reason: `'why'`, amended_at: `'2026-11-24'`, amended_by: `'me'`, ...change });
const fill = (change: Record<string, string>) => insert('hedge_fill', { execution_id: `'1'`, order_id: `'${ORDER}'`, trade_id: `'${TRADE}'`, kilowatts: '10', executed_at: `'2026-11-24'`, ...change });
const tenor = (change: Record<string, string>) => insert('tenor_breach', { id: `'${newId()}'`, grid_area_id: `'${area}'`, tenor: `'MONTH'`, from_at: `'2026-11-30T23:00Z'`, until_at: `'2026-12-31T23:00Z'`, rule: `'PCT'`, demand_watt_hours: '5', open_watt_hours: '3', opened_at: `'2026-11-24'`, ...change });
const tenorLimit = (change: Record<string, string>) => insert('tenor_limit', { tenor: `'MONTH'`, percent: '20', watt_hours_per_hour: '0', set_at: `'2026-11-24'`, set_by: `'me'`, ...change });
const state = (set: string, id = ORDER) => `UPDATE energy.hedge_order SET ${set} WHERE id = '${id}'`;

test.each([
  ['a breach has one order', order({ origin: `'AUTOMATIC'`, breach_id: `'${BREACH}'` }), '23505', 'hedge_order_breach_id_key'],
  ['an automatic order mends a breach', order({ origin: `'AUTOMATIC'` }), '23514', 'automatic_orders_mend_a_breach'],
  ['an id is used once by one person', order({ client_order_id: `'1'` }), '23505', 'hedge_order_placed_by_client_order_id_key'],
  ['nobody orders nothing', order({ kilowatts: '0' }), '23514', 'hedge_order_kilowatts_check'],
  ['an order begins as new', order({ status: `'WORKING'` }), '23514', 'orders_begin_as_new'],
  ['what was ordered stays', state('kilowatts = 11'), '23001', 'orders_stay_as_placed'],
  ['a state does not go back', state(`status = 'NEW'`), '23001', 'order_states_follow_one_another'],
  ['the last state is the last', state(`status = 'WORKING', reason = NULL`, DONE), '23001', 'order_states_follow_one_another'],
  ['a filled order is filled', state(`status = 'FILLED', filled_kilowatts = 9`), '23514', 'fills_fit_the_state'],
  ['an order is not filled beyond itself', state(`status = 'FILLED', filled_kilowatts = 11`), '23514', 'fills_fit_the_state'],
  ['a refused order was not filled', state(`status = 'REJECTED', filled_kilowatts = 1, reason = 'x'`), '23514', 'fills_fit_the_state'],
  ['a refusal has a reason', state(`status = 'REJECTED'`), '23514', 'what_was_not_filled_has_a_reason'],
  ['an order is filled by its fills', state(`status = 'FILLED', filled_kilowatts = 10`), '23514', 'orders_are_filled_by_their_fills'],
  ['a fill fills its order', fill({}), '23514', 'orders_are_filled_by_their_fills'],
  ['a fill is a trade', fill({ trade_id: `'${newId()}'` }), '23503', 'hedge_fill_trade_id_fkey'],
  ['a tenor has one breach at a time', `${tenor({})}; ${tenor({})}`, '23505', 'tenor_breach_stands_once'],
  ['a day has limits per quarter hour', tenor({ tenor: `'DAY'` }), '23514', 'tenor_breach_tenor_check'],
  ['a tenor is of whole days', tenor({ from_at: `'2026-11-30T22:00Z'` }), '23514', 'tenor_breach_from_at_check'],
  ['a tenor that has begun is not hedged', tenor({ opened_at: `'2026-11-30T23:00Z'` }), '23514', 'tenor_breach_check1'],
  ['nothing open is no breach of a tenor', tenor({ open_watt_hours: '0' }), '23514', 'tenor_breach_open_watt_hours_check'],
  ['a breach of a tenor stays as noticed', `${tenor({})}; UPDATE energy.tenor_breach SET open_watt_hours = 4`, '23001', 'tenor_breaches_stay'],
  ['breaches of tenors are kept', 'DELETE FROM energy.tenor_breach', '42501', undefined],
  ['a limit for all areas stands once for a tenor', `${tenorLimit({})}; ${tenorLimit({})}`, '23505', 'a_tenor_has_one_limit'],
  ['a limit of a tenor is a percentage', tenorLimit({ percent: '1001' }), '23514', 'tenor_limit_percent_check'],
  ['an order mends one breach', `${tenor({ id: `'${SPARE}'` })}; ${order({ origin: `'AUTOMATIC'`, breach_id: `'${BREACH}'`, tenor_breach_id: `'${SPARE}'` })}`, '23514', 'automatic_orders_mend_a_breach'],
  ['an order of a tenor is for its whole period', `${tenor({ id: `'${SPARE}'` })}; ${order({ origin: `'AUTOMATIC'`, tenor_breach_id: `'${SPARE}'` })}`, '23514', 'tenor_orders_mend_their_breach'],
  ['orders are kept', `DELETE FROM energy.hedge_order`, '42501', undefined],
  ['nobody but the database writes their history', `INSERT INTO energy.hedge_order_state (order_id, status, filled_kilowatts, at) VALUES ('${ORDER}', 'FILLED', 10, now())`, '42501', undefined],
  ['a quarter hour has one breach at a time', breach({}), '23505', 'breach_stands_once'],
  ['a breach is of a position', breach({ start_at: `'2026-11-25T11:00Z'` }), '23503', 'limit_breach_grid_area_id_start_at_fkey'],
  ['a breach has something open', breach({ open_watt_hours: '0' }), '23514', 'limit_breach_open_watt_hours_check'],
  ['a breach stays as it was noticed', `UPDATE energy.limit_breach SET open_watt_hours = 1`, '23001', 'breaches_stay'],
  ['suspensions do not overlap', suspension({ from_at: `'2026-11-24T12:00Z'` }), '23P01', 'suspensions_do_not_overlap'],
  ['a suspension has a reason', suspension({ reason: `''` }), '23514', 'hedging_suspension_reason_check'],
  ['a release has a reason', `UPDATE energy.hedging_suspension SET released_at = from_at, released_by = 'me'`, '23514', 'releases_have_a_name_and_a_reason'],
  ['a suspension stays', `UPDATE energy.hedging_suspension SET until_at = until_at + interval '1 day'`, '23001', 'suspensions_stay'],
  ['a trade does not replace itself', amendment({ replaced_by: `'${TRADE}'` }), '23514', 'trade_amendment_check'],
  ['a trade is replaced by the same deal', amendment({ replaced_by: `'${SPARE}'` }), '23514', 'amendments_are_of_the_same_deal'],
  ['an amendment has a reason', amendment({ reason: `''` }), '23514', 'trade_amendment_reason_check'],
  ['a trade is amended once', `${amendment({ replaced_by: `'${OTHER}'` })}; ${amendment({})}`, '23505', 'trade_amendment_pkey'],
])('%s', async (_, statement, code, constraint) => {
  await expect(transact(db, (tx) => tx.query(statement))).rejects.toMatchObject({ code, constraint });
});

test('an order that is filled by its fills is kept, with every state that it had', async () => {
  await transact(db, async (tx) => {
    await tx.query(fill({}));
    await tx.query(state(`status = 'FILLED', filled_kilowatts = 10`));
  });
  expect((await db.query('SELECT status, filled_kilowatts::int AS kw FROM energy.hedge_order_state WHERE order_id = $1 ORDER BY id', [ORDER])).rows).toEqual([{ status: 'NEW', kw: 0 }, { status: 'WORKING', kw: 0 }, { status: 'FILLED', kw: 10 }]);
  await transact(db, (tx) => tx.query(amendment({})));
});

test.each(['hedge_fill', 'hedge_order_state', 'trade_amendment'].flatMap((table) => [`DELETE FROM energy.${table}`, `TRUNCATE energy.${table} CASCADE`]))('%s is refused to the domain, and to everybody', async (statement) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001', message: expect.stringMatching(/is append-only$/) });
});
