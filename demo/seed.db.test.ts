// A small demo, looked at with the eyes of every domain: what one holds, the others hold too, and the product goes on from there.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { billChunk } from '@stromgraph/billing/actions/bill-chunk';
import { startBillingRun } from '@stromgraph/billing/actions/start-billing-run';
import { idOf } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { backgroundContext } from '@stromgraph/kernel/runtime';
import { parseKeyring, unsealAll } from '@stromgraph/kernel/seal';
import { addDays, addMonths, daysBetween, startOfDay } from '@stromgraph/kernel/time';
import { actorWith } from '../tests/ask.ts';
import { seedInto } from '../tests/build/demo.ts';
import { type TestDatabase, testDatabase, TEST_KEYS } from '../tests/database.ts';
import { calendarDay } from './calendar-day.ts';
import { quarterHoursOf } from './consumption.ts';
import { type DemoCustomer, openPortfolio } from './portfolio.ts';
import type { Seeded } from './seed.ts';

/** The clock went back on 25 October: its day of 100 quarter hours lies inside. */
const TODAY = '2026-11-24';
const [CUSTOMERS, DAYS] = [40, 35];
const FIRST_DAY = addDays(TODAY, -DAYS);
const SIZE = { customers: CUSTOMERS, days: DAYS, today: TODAY };

let database: TestDatabase;
let seeded: Seeded | null;
let customers: DemoCustomer[];
const keyring = parseKeyring(TEST_KEYS);

const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await database.owner.query(sql)).rows as Row[];
const count = async (sql: string): Promise<number> => Number((await rows<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`))[0]!.n);

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(`${TODAY}T09:00:00Z`);
  seeded = await seedInto(database, SIZE);
  customers = [...openPortfolio({ today: TODAY, customers: CUSTOMERS }).customers()];
});
afterAll(() => database.drop());

const contracts = () => customers.flatMap((customer) => customer.contracts);
const inState = (...states: string[]) => contracts().filter(({ state }) => states.includes(state)).length;

test('every domain holds the same customers and contracts', async () => {
  const all = contracts().length;
  for (const table of ['contracts.contract', 'contracts.contract_draft', 'contracts.contract_price', 'contracts.customer_malo', 'contracts.market_location', 'contracts.import_request', 'contracts.switch_application',
    'customers.contract_ref', 'customers.customer_pricing', 'customers.premise_meter', 'metering.supply', 'metering.meter', 'metering.installation', 'energy.supply_contract', 'energy.contract_price', 'billing.contract_cache', 'billing.contract_price'])
    expect([table, await count(table)]).toEqual([table, all]);
  for (const table of ['customers.customer', 'customers.search_document', 'billing.recipient', 'messaging.recipient', 'platform.customer_key']) expect([table, await count(table)]).toEqual([table, CUSTOMERS]);
  const different = await count(`contracts.contract c JOIN customers.contract_ref r ON r.contract_id = c.id JOIN billing.contract_cache b ON b.contract_id = c.id JOIN metering.supply m ON m.contract_id = c.id
    JOIN energy.supply_contract e ON e.contract_id = c.id JOIN contracts.market_location l ON l.id = c.market_location_id WHERE (c.customer_id, c.contract_number, c.start_on, c.end_on, c.expected_watt_hours, l.malo_id, l.profile, l.metering_kind)
    IS DISTINCT FROM (r.customer_id, b.contract_number, m.start_on, e.end_on, e.expected_watt_hours, m.malo_id, e.profile, b.metering_kind) OR (b.customer_id, b.end_on, r.end_on, m.customer_id, b.malo_id) IS DISTINCT FROM (c.customer_id, c.end_on, c.end_on, c.customer_id, l.malo_id)`);
  expect(different).toBe(0);
});

test('states, numbers of active contracts and activations agree', async () => {
  expect(await count(`contracts.contract WHERE state = 'ACTIVE'`)).toBe(inState('ACTIVE'));
  expect(Number((await rows<{ sum: string }>('SELECT sum(active_contracts) FROM customers.customer'))[0]!.sum)).toBe(inState('ACTIVE'));
  expect(await count('customers.customer c WHERE active_contracts <> (SELECT count(*) FROM contracts.contract k WHERE k.customer_id = c.id AND k.state = \'ACTIVE\')')).toBe(0);
  expect(await count('billing.contract_cache WHERE activated')).toBe(inState('ACTIVE', 'TERMINATED'));
  expect(await count(`contracts.due d JOIN contracts.contract c ON c.id::text = d.subject WHERE d.kind = 'ACTIVATE' AND c.state = 'CONFIRMED' AND d.due_at = c.start_on::timestamp AT TIME ZONE 'Europe/Berlin'`)).toBe(inState('CONFIRMED'));
  expect(await count(`contracts.contract WHERE state = 'CONFIRMED' AND start_on <= '${TODAY}' OR state = 'ACTIVE' AND start_on > '${TODAY}'`)).toBe(0);
});

test('every contract has a meter at its market location, an unbroken trail and the price it was sold with', async () => {
  expect(await count(`contracts.contract c WHERE NOT EXISTS (SELECT FROM metering.installation i JOIN metering.meter_register r USING (meter_id) JOIN contracts.market_location l ON l.malo_id = i.malo_id
    WHERE l.id = c.market_location_id AND i.from_at <= c.start_on::timestamp AT TIME ZONE 'Europe/Berlin')`)).toBe(0);
  expect(await rows('SELECT * FROM contracts.trail_faults()')).toEqual([]);
  expect(await count('contracts.contract_event')).toBe(5 * contracts().length + inState('ACTIVE', 'TERMINATED') + inState('TERMINATED'));
  expect(await count(`contracts.contract_price p JOIN billing.contract_price b USING (contract_id, valid_from) JOIN customers.customer_pricing k USING (contract_id, valid_from)
    WHERE (p.working_price_ct_per_kwh, p.fix_fee_cents_per_month, p.variable_bonus_ct_per_kwh, p.fixed_bonus_cents) = (b.working_price_ct_per_kwh, b.fix_fee_eur_per_month * 100, k.variable_bonus_ct_per_kwh, k.fixed_bonus_cents)
      AND k.working_price_ct_per_kwh = b.working_price_ct_per_kwh AND b.fixed_bonus_eur * 100 = k.fixed_bonus_cents`)).toBe(contracts().length);
  expect(await count(`contracts.contract_price c JOIN pricing.campaign_price_fix12 p USING (campaign_id, working_price_ct_per_kwh, grid_working_ct_per_kwh) JOIN contracts.contract_draft d USING (contract_id, postal_code, city)
    WHERE p.district IS NOT DISTINCT FROM d.district`)).toBe(contracts().length);
});

test('pricing has published what contracts and customers have heard of', async () => {
  const { tariffs, campaigns } = openPortfolio({ today: TODAY, customers: 0 });
  expect(await count('pricing.campaign WHERE published_at IS NOT NULL')).toBe(campaigns.length);
  expect(await count('contracts.campaign_copy WHERE prices_received = price_count AND price_count > 0')).toBe(campaigns.length);
  expect(await count('customers.price_version')).toBe(campaigns.length);
  expect([await count('pricing.tariff'), await count('contracts.tariff_copy')]).toEqual([tariffs.length, tariffs.length]);
});

test('what is personal is sealed, and the customer is found by it', async () => {
  const [customer] = customers as [DemoCustomer];
  const [row] = await rows<{ email_sealed: string; recipient: string; contact: string; iban: string }>(`SELECT c.email_sealed, b.sealed AS recipient, m.contact_sealed AS contact, c.iban_sealed AS iban
    FROM customers.customer c JOIN billing.recipient b ON b.customer_id = c.id JOIN messaging.recipient m ON m.customer_id = c.id WHERE c.id = '${customer.customerId}'`);
  const db = await database.open('customers');
  const opened = await unsealAll(db, keyring, Object.values(row!).map((sealed) => ({ customerId: customer.customerId, sealed })));
  expect(opened).toEqual([customer.email, expect.stringContaining(customer.billingAddress.street), expect.stringContaining(customer.email), customer.iban]);
  for (const table of ['contracts.contract_draft', 'contracts.import_request', 'contracts.contract_event', 'billing.recipient', 'billing.mandate', 'messaging.recipient', 'platform.feed', 'energy.outbox'])
    expect([table, await count(`${table} t WHERE t::text ~* '(@|DE[0-9]{20}|${customer.lastName})'`)]).toEqual([table, 0]);
});

test('quarter hours, days, months, days to bill and areas say the same', async () => {
  expect(await count(`metering.interval`)).toBe((await rows<{ n: string }>('SELECT sum(expected_values) AS n FROM metering.usage_daily')).map(({ n }) => Number(n))[0]);
  expect(await count(`metering.usage_daily d LEFT JOIN (SELECT register_id, (start_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(watt_hours) AS watt_hours, count(*) AS n FROM metering.interval GROUP BY 1, 2) i USING (register_id, day)
    WHERE d.watt_hours IS DISTINCT FROM i.watt_hours OR d.known_values IS DISTINCT FROM i.n`)).toBe(0);
  expect(await count(`(SELECT register_id, date_trunc('month', day)::date AS month, sum(watt_hours) AS watt_hours FROM metering.usage_daily GROUP BY 1, 2) d FULL JOIN metering.usage_monthly m USING (register_id, month) WHERE d.watt_hours IS DISTINCT FROM m.watt_hours`)).toBe(0);
  expect(await count(`metering.usage_daily d FULL JOIN billing.usage u ON u.contract_id = d.contract_id AND u.day = d.day WHERE d.watt_hours IS DISTINCT FROM u.watt_hours OR NOT u.complete`)).toBe(0);
  expect(await count(`metering.usage_daily d JOIN metering.meter_register r ON r.id = d.register_id FULL JOIN energy.metered_day e ON e.meter_id = r.meter_id AND e.day = d.day
    WHERE d.watt_hours IS DISTINCT FROM (SELECT sum(w) FROM unnest(e.watt_hours) w)`)).toBe(0);
  expect(await count(`(SELECT grid_area_id, (start_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(watt_hours) AS watt_hours FROM energy.realised_consumption GROUP BY 1, 2) a
    FULL JOIN (SELECT grid_area_id, day, sum(w) AS watt_hours FROM energy.metered_day, unnest(watt_hours) w GROUP BY 1, 2) m USING (grid_area_id, day) WHERE a.watt_hours IS DISTINCT FROM m.watt_hours`)).toBe(0);
  expect(await count(`metering.batch WHERE state <> 'COMPLETE'`)).toBe(0);
  expect((await rows<{ n: string }>(`SELECT sum(accepted) AS n FROM metering.batch`)).map(({ n }) => Number(n))[0]).toBe((await count('metering.interval')) + (await count('metering.reading')));
});

test('monthly contracts are measured from the first day of the window, or of their supply, to yesterday without a gap', async () => {
  const monthly = contracts().filter(({ billingInterval }) => billingInterval === 'MONTHLY');
  expect(monthly.length).toBe(CUSTOMERS / 5);
  for (const contract of monthly) {
    const from = contract.startOn > FIRST_DAY ? contract.startOn : FIRST_DAY;
    expect(await count(`billing.usage WHERE contract_id = '${contract.contractId}' AND day >= '${from}' AND day < '${TODAY}'`)).toBe(daysBetween(from, TODAY));
  }
  const long = monthly.find(({ startOn }) => startOn <= FIRST_DAY)!;
  const stored = await rows<{ watt_hours: string }>(`SELECT i.watt_hours FROM metering.interval i JOIN metering.meter_register r ON r.id = i.register_id WHERE r.meter_id = '${long.meter.meterId}'
    AND i.start_at >= '${startOfDay('2026-10-25').toISOString()}' AND i.start_at < '${startOfDay('2026-10-26').toISOString()}' ORDER BY i.start_at`);
  expect(stored.map((row) => Number(row.watt_hours))).toEqual(quarterHoursOf(long, calendarDay('2026-10-25', long.area.state)));
  expect(stored).toHaveLength(100);
});

test('timelines tell what happened, in its order, before anything that will be in the feed', async () => {
  const told = await rows<{ type: string; n: string }>('SELECT type, count(*) AS n FROM customers.customer_event GROUP BY 1');
  const numbers = Object.fromEntries(told.map(({ type, n }) => [type, Number(n)]));
  expect(numbers).toMatchObject({ CONTRACT_CONFIRMED: contracts().length, METER_INSTALLED: contracts().length, CONTRACT_ACTIVATED: inState('ACTIVE', 'TERMINATED') });
  expect(numbers['METER_READING_INGESTED']).toBeGreaterThan(await count('metering.reading'));
  expect(await count(`(SELECT occurred_at, lag(occurred_at) OVER (PARTITION BY customer_id ORDER BY position) AS before FROM customers.customer_event) e WHERE before > occurred_at`)).toBe(0);
  expect(await count(`customers.customer_event WHERE occurred_at > platform.business_now()`)).toBe(0);
  const [feed] = await rows<{ next: string; last: string }>(`SELECT nextval(pg_get_serial_sequence('platform.feed', 'position')) AS next, (SELECT max(position) FROM customers.customer_event) AS last`);
  expect(Number(feed!.next)).toBeGreaterThan(Number(feed!.last));
});

test('positions stand for today and the three days after it in all five areas, hedged by what was traded', async () => {
  expect(await count('energy.grid_area')).toBe(5);
  const [range] = await rows<{ first: Date; last: Date; n: string }>('SELECT min(start_at) AS first, max(end_at) AS last, count(*) AS n FROM energy.current_position');
  expect(range).toEqual({ first: startOfDay(TODAY), last: startOfDay(addDays(TODAY, 4)), n: String(5 * 4 * 96) });
  expect(await count('energy.current_position WHERE hedged_watt_hours = 0')).toBe(0);
  expect((await rows<{ product: string }>('SELECT DISTINCT product FROM energy.trade ORDER BY 1')).map(({ product }) => product)).toEqual(expect.arrayContaining(['BASE', 'PEAK']));
  expect(await count('energy.trade WHERE recorded_at > platform.business_now() OR recorded_at > from_at')).toBe(0);
  expect(new Set(seeded!.supplied.map(({ gridAreaCode }) => idOf('grid-area', gridAreaCode)))).toEqual(new Set((await rows<{ id: string }>('SELECT id FROM energy.grid_area')).map(({ id }) => id)));
});

test('a billing run of the last whole month bills the monthly contracts', async () => {
  const month = addMonths(`${TODAY.slice(0, 7)}-01`, -1);
  const runtime = await database.runtime('billing');
  const ctx = { ...backgroundContext(runtime, runtime.tenants.get('demo')!, () => ({}) as never, { correlationId: 'test' }), actor: actorWith('billing:write') };
  const run = await startBillingRun(ctx as never, { idempotencyKey: 'october', kind: 'MONTHLY', from: month, until: addMonths(month, 1), dryRun: false });
  if (isProblem(run)) throw new Error(run.message);
  await billChunk(ctx.db, { runId: run.response.runId, chunk: 0 });
  const due = contracts().filter(({ billingInterval, startOn }) => billingInterval === 'MONTHLY' && startOn < addMonths(month, 1));
  const measured = due.filter(({ startOn }) => FIRST_DAY <= month || startOn >= FIRST_DAY);
  const [outcome] = await rows<{ status: string; total: number; invoices_created: number; failed: number }>(`SELECT status, total, invoices_created, failed FROM billing.billing_run`);
  expect(outcome).toEqual({ status: measured.length === due.length ? 'COMPLETED' : 'COMPLETED_WITH_FAILURES', total: due.length, invoices_created: measured.length, failed: due.length - measured.length });
  expect(await count(`billing.invoice i WHERE gross_cents <= 0 OR watt_hours <> (SELECT sum(u.watt_hours) FROM billing.usage u WHERE u.contract_id = i.contract_id AND i.period @> u.day)`)).toBe(0);
});

test('the sign-ins are there, and a second seed does nothing once the demo is marked as finished', async () => {
  expect((await rows<{ email: string }>('SELECT email FROM identity."user" ORDER BY 1')).map(({ email }) => email)).toEqual(['admin@demo.test', 'agent@demo.test', 'billing@demo.test', 'ops@demo.test', 'trader@demo.test']);
  await expect(seedInto(database, SIZE)).rejects.toThrow('the database is not empty');
  await database.owner.query(`INSERT INTO platform.demo (customers, days, started_at, finished_at) VALUES (${CUSTOMERS}, ${DAYS}, clock_timestamp(), clock_timestamp())`);
  expect(await seedInto(database, SIZE)).toBeNull();
});

test('a demo without customers is one with offers only', async () => {
  const empty = await testDatabase();
  await empty.setClock(`${TODAY}T09:00:00Z`);
  try {
    expect(await seedInto(empty, { customers: 0, days: 1, today: TODAY })).toEqual({ supplied: [] });
    expect((await empty.owner.query('SELECT count(*)::int AS n FROM pricing.campaign')).rows[0].n).toBeGreaterThan(0);
  } finally {
    await empty.drop();
  }
});
