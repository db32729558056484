// Whatever becomes known in whatever order, also by several at once: profit and loss equals a plain sum over the raw rows.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import fc from 'fast-check';
import { type Db, isPassing, transact, type Tx } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { energyOfTrade, productOf } from '../hedging/trade.ts';
import { dueHandlersWith } from '../jobs/due.ts';
import { addContractPrices } from '../store/contract-prices.ts';
import { addAmendment, addTrade } from '../store/trades.ts';
import { addContracts } from './add-contracts.ts';
import { endContracts } from './end-contracts.ts';
import { importImbalancePrices } from './import-imbalance-prices.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { openPositionDays } from './open-position-days.ts';
import { noteStaleDays, noteTrades } from './revalue-profit-loss.ts';
import { takeMeteredDays } from './take-actuals.ts';

const CODES: readonly string[] = ['11YSTROM-NORD--9', '11YSTROM-WEST--B'];
const DAYS = ['2026-10-24', '2026-10-25', '2026-10-26']; // a Saturday, the Sunday of 100 quarter hours, a Monday
const tools = { log: makeLog('energy', 'silent'), keyring: null as never };
let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await testDatabase();
  await database.setClock('2026-10-24T09:00:00Z');
  db = await database.open('energy');
  for (const code of ['H25', 'G25'])
    await importLoadProfile(db, {
      code, year: 2026, version: 1, dynamised: code === 'H25', seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
      values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType, type) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: (15.013 + type + slot * 0.007).toFixed(3) })))).flat(),
    });
});
afterEach(() => database.drop());

/** Contract by contract and quarter hour by quarter hour; it knows neither the product's statements nor its sums. */
const PLAIN = `
  WITH quarter AS (
    SELECT a.id AS area, s AS start_at, (s AT TIME ZONE 'Europe/Berlin')::date AS day, (extract(epoch FROM (s AT TIME ZONE 'Europe/Berlin')::time) / 900)::int AS slot,
      (extract(epoch FROM s - ((s AT TIME ZONE 'Europe/Berlin')::date::timestamp AT TIME ZONE 'Europe/Berlin')) / 900)::int + 1 AS nth, extract(doy FROM s AT TIME ZONE 'Europe/Berlin') AS t
    FROM energy.grid_area a, generate_series('2026-10-24T00:00+02:00'::timestamptz, '2026-10-26T23:45+01:00', '15 minutes') s
  ), used AS (
    SELECT q.area, q.day, q.nth, c.contract_id, p.working_ct_per_kwh - p.variable_bonus_ct_per_kwh - p.grid_ct_per_kwh AS price,
      CASE c.metering_kind WHEN 'INTERVAL' THEN (SELECT sum(m.watt_hours[q.nth]) FROM energy.metered_day m WHERE m.contract_id = c.contract_id AND m.day = q.day) END AS metered,
      c.expected_watt_hours * v.value * CASE c.profile WHEN 'H25' THEN round(-3.92e-10 * q.t ^ 4 + 3.20e-7 * q.t ^ 3 - 7.02e-5 * q.t ^ 2 + 2.10e-3 * q.t + 1.24, 4) ELSE 1 END / 1000000 AS by_profile
    FROM quarter q JOIN energy.supply_contract c ON c.grid_area_id = q.area JOIN energy.contract_price p USING (contract_id)
    JOIN energy.slp_profile v ON v.code = c.profile AND v.month = 10 AND v.slot = q.slot AND v.day_type = CASE q.day WHEN '2026-10-24' THEN 'SA' WHEN '2026-10-25' THEN 'FT' ELSE 'WT' END
    WHERE c.start_on <= q.day AND q.day < coalesce((SELECT e.end_on FROM energy.supply_end e WHERE e.contract_id = c.contract_id ORDER BY e.version DESC LIMIT 1), c.end_on, 'infinity')
  ), figure AS (
    SELECT q.area, q.day, q.nth, coalesce(round((SELECT sum(coalesce(u.metered, u.by_profile)) FROM used u WHERE u.area = q.area AND u.day = q.day AND u.nth = q.nth)), 0) AS used,
      coalesce((SELECT sum(coalesce(u.metered, u.by_profile) * u.price) FROM used u WHERE u.area = q.area AND u.day = q.day AND u.nth = q.nth), 0) / 1000 AS sold,
      t.bought, t.resold, t.cost, t.proceeds, coalesce((SELECT i.eur_per_mwh[q.nth] FROM energy.imbalance_price i WHERE i.delivery_day = q.day ORDER BY i.version DESC LIMIT 1), 0) AS price
    FROM quarter q CROSS JOIN LATERAL (
      SELECT coalesce(sum(t.kilowatts * 250) FILTER (WHERE t.side = 'BUY'), 0) AS bought, coalesce(sum(t.kilowatts * 250) FILTER (WHERE t.side = 'SELL'), 0) AS resold,
        coalesce(sum(t.kilowatts * t.price_eur_per_mwh) FILTER (WHERE t.side = 'BUY'), 0) / 40 AS cost, coalesce(sum(t.kilowatts * t.price_eur_per_mwh) FILTER (WHERE t.side = 'SELL'), 0) / 40 AS proceeds
      FROM energy.trade t WHERE t.grid_area_id = q.area AND t.from_at <= q.start_at AND q.start_at < t.until_at AND t.id NOT IN (SELECT trade_id FROM energy.trade_amendment)
    ) t
  )
  SELECT area, day, sum(used)::text AS used, round(sum(sold))::text AS sold, round(sum(cost))::text AS purchased, round(sum(proceeds))::text AS resold, round(sum((used - bought + resold) * price) / 10000)::text AS imbalance
  FROM figure GROUP BY 1, 2 ORDER BY 1, 2`;
const STORED = `
  SELECT DISTINCT ON (grid_area_id, delivery_day) grid_area_id AS area, delivery_day AS day, sold_watt_hours::text AS used, sold_cents::text AS sold, purchased_cents::text AS purchased, resold_cents::text AS resold, imbalance_cents::text AS imbalance
  FROM energy.profit_loss WHERE delivery_day = ANY ($1) AND state = 'REALISED' ORDER BY grid_area_id, delivery_day, version DESC`;

const cents = fc.integer({ min: -9_999, max: 30_000 }).map((price) => (price / 100).toFixed(2));
const cause = fc.oneof(
  fc.record({ kind: fc.constant('reading' as const), contract: fc.nat(5), day: fc.nat(2), wattHours: fc.array(fc.option(fc.nat(4_000), { freq: 8 }), { minLength: 100, maxLength: 100 }) }),
  fc.record({ kind: fc.constant('price' as const), day: fc.nat(2), prices: fc.array(cents, { minLength: 100, maxLength: 100 }), final: fc.boolean() }),
  fc.record({ kind: fc.constant('trade' as const), area: fc.nat(1), side: fc.constantFrom('BUY' as const, 'SELL' as const), from: fc.nat(280), quarters: fc.integer({ min: 1, max: 100 }), kilowatts: fc.integer({ min: 1, max: 900 }), price: cents, cancelled: fc.boolean() }),
  fc.record({ kind: fc.constant('end' as const), contract: fc.nat(5), day: fc.nat(2) }),
  fc.record({ kind: fc.constant('contract' as const), nth: fc.nat(5), day: fc.nat(2) }),
  fc.record({ kind: fc.constant('calculation' as const) }),
);
type Cause = typeof cause extends fc.Arbitrary<infer T> ? T : never;

test('readings, prices, trades and ends in any order come to the same as the raw rows', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(cause, { minLength: 6, maxLength: 14 }), async (causes) => {
      await database.owner.query('SET session_replication_role = replica; TRUNCATE energy.profit_loss, energy.profit_loss_stale, energy.trade_amendment, energy.hedge_fill, energy.trade, energy.imbalance_price, energy.metered_day, energy.realised_consumption, energy.supply_end, energy.contract_price, energy.supply_contract CASCADE; SET session_replication_role = origin');
      await database.setClock('2026-10-24T09:00:00Z');
      await transact(db, openPositionDays);
      const contracts = await supplied();
      await setTime('2026-10-27T00:00:00Z'); // the night's snapshot: all three days are over or yesterday
      await transact(db, (tx) => noteStaleDays(tx, null, DAYS));
      const clock = { minute: 1, version: 0 };
      for (const part of chunked(causes)) {
        // Contracts, readings and ends come through one hearer, one after the other.
        const [heard, other] = [part.filter(isHeard), part.filter((one) => !isHeard(one))];
        await Promise.all([inTurn(heard.map((one) => () => happen(one, contracts, clock))), ...other.map((one) => happen(one, contracts, clock))]);
        if (part.some(({ kind }) => kind === 'calculation')) await setTime(new Date(Date.parse('2026-10-27T00:00:00Z') + 60_000 * (clock.minute += 1)));
      }
      // What met a deadlock is due again after a second.
      for (let round = 0; round < 2 || (await isStale()); round++) {
        await setTime(new Date(Date.parse('2026-10-27T00:00:00Z') + 60_000 * (clock.minute += 1)));
        if (round > 1) await pause(100);
      }
      expect((await database.owner.query(STORED, [DAYS])).rows).toEqual((await database.owner.query(PLAIN)).rows);
      expect((await database.owner.query('SELECT FROM energy.profit_loss_stale')).rowCount).toBe(0);
    }),
    { numRuns: process.env.STROMGRAPH_LONG === '1' ? 60 : 4 },
  );
});

/** All but what follows far ahead, which profit and loss does not read. */
const { SETTLE_FORWARD: _settle, CHECK_FORWARD: _check, ...handlers } = dueHandlersWith({ checkEveryHours: 24 });
const isStale = async () => (await database.owner.query('SELECT FROM energy.profit_loss_stale')).rowCount! > 0;
const setTime = async (at: Date | string) => {
  await database.setClock(at);
  await Promise.all([1, 2].map(() => runDue(db, handlers, tools)));
};
const isHeard = ({ kind }: Cause) => kind === 'reading' || kind === 'end' || kind === 'contract';
async function inTurn(works: readonly (() => Promise<void>)[]): Promise<void> {
  for (const work of works) await work();
}
/** Several at once. */
const chunked = (causes: readonly Cause[]): Cause[][] => Array.from({ length: Math.ceil(causes.length / 3) }, (_, index) => causes.slice(index * 3, index * 3 + 3));

async function supplied(): Promise<string[]> {
  const ids = Array.from({ length: 6 }, () => newId() as string);
  await transact(db, (tx) => supply(tx, ids.map((contractId, nth) => ({ contractId, nth, startOn: nth === 3 ? '2026-10-25' : '2026-01-01' }))));
  return ids;
}

async function supply(tx: Tx, contracts: readonly { contractId: string; nth: number; startOn: string }[]): Promise<void> {
  const given = contracts.map(({ contractId, nth, startOn }) => ({
    contractId, gridAreaId: idOf('grid-area', CODES[nth % 2]!), gridAreaCode: CODES[nth % 2]!, profile: nth % 3 === 0 ? 'H25' : 'G25', meteringKind: nth < 4 ? 'INTERVAL' : 'PROFILE',
    expectedWattHours: String(40_000_001 * (nth + 1)), startOn, endOn: null, confirmedAt: '2025-12-01T10:00:00Z',
  }));
  await addContracts(tx, given);
  await addContractPrices(tx, contracts.map(({ contractId, nth }) => ({ contractId, workingPriceCtPerKwh: `${28 + nth}.37`, variableBonusCtPerKwh: '0.5', gridWorkingCtPerKwh: '9.125' })));
}

/** What meets a deadlock is tried again, as those who bring it do. */
async function retried(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void (await work());
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
}
const again = (work: (tx: Tx) => Promise<unknown>) => retried(() => transact(db, work));

async function happen(one: Cause, contracts: readonly string[], clock: { version: number }): Promise<void> {
  const version = (clock.version += 1);
  if (one.kind === 'reading') {
    const day = DAYS[one.day]!;
    const wattHours = one.wattHours.slice(0, quarterHoursOf(day).length);
    await again((tx) => takeMeteredDays(tx, [{ meterId: idOf('meter', contracts[one.contract]!), contractId: contracts[one.contract]!, obis: '1-0:1.29.0', day, version, wattHours }], new Date('2026-10-27')));
  }
  if (one.kind === 'price') {
    const deliveryDay = DAYS[one.day]!;
    await retried(() => importImbalancePrices(db, { deliveryDay, version, final: one.final, publishedAt: new Date('2026-10-27'), position: BigInt(version), eurPerMwh: one.prices.slice(0, quarterHoursOf(deliveryDay).length) }));
  }
  if (one.kind === 'contract') await again((tx) => supply(tx, [{ contractId: newId(), nth: one.nth, startOn: DAYS[one.day]! }]));
  if (one.kind === 'end') await again((tx) => endContracts(tx, [{ contractId: contracts[one.contract]!, endOn: addDays(DAYS[one.day]!, 1), toldAt: `2026-10-27T00:00:${String(version).padStart(2, '0')}.000Z` }]));
  if (one.kind !== 'trade') return;
  const from = new Date(startOfDay(DAYS[0]!).getTime() + one.from * 900_000);
  const terms = { gridAreaId: idOf('grid-area', CODES[one.area]!), side: one.side, from, until: new Date(from.getTime() + one.quarters * 900_000), kilowatts: BigInt(one.kilowatts), pricePerMwh: one.price };
  const id = newId();
  await again(async (tx) => {
    await addTrade(tx, { ...terms, id, product: productOf(terms.from, terms.until), wattHours: energyOfTrade(terms), counterparty: 'EEX', recordedAt: new Date('2026-10-20'), recordedBy: 'x' });
    if (one.cancelled) await addAmendment(tx, { tradeId: id, replacedBy: null, reason: 'x', amendedAt: new Date('2026-10-27'), amendedBy: 'x' });
  });
  await again((tx) => noteTrades(tx, [id]));
}
