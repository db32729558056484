import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ContractActivated, ContractConfirmed, ContractTerminated } from '@stromgraph/events/contracts';
import { MeterExchanged, MeterInstalled, MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { newId } from '@stromgraph/kernel/ids';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { actorWith, ask } from '../../tests/ask.ts';
import { aConfirmedContract, type Confirmed } from '../../tests/build/contract-confirmed.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { listen } from '../../tests/listen.ts';
import { tell } from '../../tests/facts.ts';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { startRelay } from '@stromgraph/kernel/relay';
import { PrismaClient } from '@stromgraph/prisma-billing/client';
import { handlers } from './handlers/index.ts';
import type { BillingRuntime } from './runtime.ts';
import { startServer } from './server.ts';
import { startWorkers } from './worker.ts';

const clerk = actorWith('billing:read', 'billing:write');
let database: TestDatabase;
let runtime: BillingRuntime;
let billing: Subgraph;
let workers: { stop: () => Promise<void> };

beforeAll(async () => {
  database = await testDatabase();
  runtime = await database.runtime('billing', PrismaClient);
  billing = await startServer(runtime);
  workers = await startWorkers(runtime);
});
afterAll(async () => {
  await workers.stop();
  await billing.stop();
  await database.drop();
});
beforeEach(() => database.setClock('2026-11-05T10:00:00Z'));

const START = `mutation ($input: StartBillingRunInput!) { startBillingRun(input: $input) { __typename
  ... on StartBillingRunSuccess { run { id total } } ... on BillingRunInProgress { runId } ... on InputInvalid { faults { path fault allowed } } ... on IdempotencyKeyReused { idempotencyKey } } }`;
const RUN = `query ($id: ID!) { billingRun(id: $id) { id status total done invoicesCreated failed gross { cents } failures { nodes { contractId reason detail } pageInfo { hasNextPage } } } }`;

async function start(input: object) {
  const { data, errors } = await ask(billing.url, clerk, START, { input: { idempotencyKey: newId(), kind: 'MONTHLY', from: '2026-10-01', until: '2026-11-01', ...input } });
  expect(errors).toBeUndefined();
  return data.startBillingRun;
}

/** The run once it is over. */
const finished = (id: string) =>
  expect.poll(async () => (await ask(billing.url, clerk, RUN, { id })).data.billingRun, { timeout: 20_000, interval: 50 });

async function sell(change: Partial<Confirmed> = {}): Promise<Confirmed> {
  const contract = aConfirmedContract(change);
  const about = { aggregateType: 'contract', aggregateId: contract.contractId };
  await tell(database.owner, ContractConfirmed, { ...about, data: contract });
  await tell(database.owner, ContractActivated, { ...about, data: { contractId: contract.contractId, contractNumber: contract.contractNumber, customerId: contract.customerId, startOn: contract.startOn } });
  return contract;
}

/** One meter a contract. */
const meters = new Map<string, string>();
const meterOf = ({ contractId }: Confirmed): string => meters.getOrInsertComputed(contractId, newId);

const measured = (contract: Confirmed, days: { day: string; each?: number | null; version?: number; held?: boolean }[]) => ({
  batchId: newId(), meterId: meterOf(contract), meterNumber: contract.meterNumber, contractId: contract.contractId, customerId: contract.customerId, maloId: contract.maloId, registers: [],
  days: days.map(({ day, each = 100, version = 1, held }) => ({ obis: '1-0:1.29.0', day, version, ...(held && { held }), wattHours: quarterHoursOf(day).map(() => each), statuses: quarterHoursOf(day).map(() => 'TRUE' as const) })),
});

async function read(contract: Confirmed, from: string, until: string, each = 100) {
  const days = [];
  for (let day = from; day < until; day = addDays(day, 1)) days.push({ day, each });
  await tell(database.owner, MeterReadingIngested, { aggregateType: 'meter', aggregateId: contract.meterNumber, data: measured(contract, days) });
}

const heard = () => applyEvents(runtime, handlers);

test('October with its 25-hour day is billed to the cent, booked on both sides, and told', async () => {
  const contract = await sell();
  await read(contract, '2026-10-01', '2026-11-01');
  await heard();
  const { run } = await start({ contractIds: [contract.contractId] });
  // 30 × 96 + 100 quarter hours of 100 Wh = 298 kWh × 30 ct = 89.40; 120 EUR × 31/365 = 10.19; VAT 19 % of 99.59 = 18.92
  await finished(run.id).toMatchObject({ status: 'COMPLETED', total: 1, done: 1, invoicesCreated: 1, failed: 0, gross: { cents: 11_851 } });
  const { data } = await ask(billing.url, clerk, `query ($id: ID!) { invoices(contractId: $id) { nodes { id number type state from until issuedOn dueOn wattHours net { cents } vat { cents } total { cents currency } customer { id }
    lines { position chargeType wattHours days unitPrice net { cents } vat { cents } } } pageInfo { hasNextPage } } }`, { id: contract.contractId });
  const [invoice] = data.invoices.nodes;
  expect(invoice).toMatchObject({
    type: 'FINAL', state: 'ISSUED', from: '2026-10-01', until: '2026-11-01', issuedOn: '2026-11-05', dueOn: '2026-11-19', wattHours: 298_000, net: { cents: 9959 }, vat: { cents: 1892 }, total: { cents: 11_851, currency: 'EUR' },
    customer: { id: contract.customerId }, lines: [{ position: 1, chargeType: 'ENERGY', wattHours: 298_000, unitPrice: '30', net: { cents: 8940 } }, { position: 2, chargeType: 'FIXED_FEE', days: 31, net: { cents: 1019 } }],
  });
  expect(invoice.number).toMatch(/^RE-2026-\d{7}$/);
  const { rows } = await database.owner.query('SELECT account, debit_cents::int AS debit, credit_cents::int AS credit FROM billing.ledger_entry WHERE document_id = $1 ORDER BY position', [invoice.id]);
  expect(rows).toEqual([{ account: '1400', debit: 11_851, credit: 0 }, { account: '8400', debit: 0, credit: 9959 }, { account: '1776', debit: 0, credit: 1892 }]);
  const told = await database.owner.query(`SELECT payload FROM billing.outbox WHERE type = 'billing.InvoiceCreated' AND aggregateid = $1`, [invoice.id]);
  expect(told.rows).toMatchObject([{ payload: { invoiceNumber: invoice.number, grossCents: '11851', customerId: contract.customerId } }]);
});

test('what cannot be billed is listed with its reason; the rest is billed; a mended contract is taken up again', async () => {
  const [whole, gap, late, priceless] = [await sell(), await sell(), aConfirmedContract(), newId()];
  await tell(database.owner, ContractConfirmed, { aggregateType: 'contract', aggregateId: late.contractId, data: late });
  await read(whole, '2026-10-01', '2026-11-01');
  await read(gap, '2026-10-01', '2026-10-20');
  await read(gap, '2026-10-21', '2026-11-01');
  await heard();
  const { run } = await start({ contractIds: [whole.contractId, gap.contractId, late.contractId, priceless] });
  await finished(run.id).toMatchObject({ status: 'COMPLETED_WITH_FAILURES', total: 4, done: 4, invoicesCreated: 1, failed: 3 });
  const { data } = await ask(billing.url, clerk, RUN, { id: run.id });
  expect(data.billingRun.failures.nodes).toEqual(
    expect.arrayContaining([
      { contractId: gap.contractId, reason: 'READINGS_INCOMPLETE', detail: '2026-10-20' },
      { contractId: late.contractId, reason: 'NOT_SUPPLIED', detail: null },
      { contractId: priceless, reason: 'CONTRACT_UNKNOWN', detail: null },
    ]),
  );
  await read(gap, '2026-10-20', '2026-10-21');
  await heard();
  const again = await ask(billing.url, clerk, `mutation ($input: RetryFailedContractsInput!) { retryFailedContracts(input: $input) { __typename ... on RetryFailedContractsSuccess { run { failed } } } }`, { input: { idempotencyKey: newId(), runId: run.id } });
  expect(again.data.retryFailedContracts.__typename).toBe('RetryFailedContractsSuccess');
  await finished(run.id).toMatchObject({ status: 'COMPLETED_WITH_FAILURES', done: 4, invoicesCreated: 2, failed: 2 });
});

test('a day that validation holds is told from one without readings, in words for the customer too, and billed once it is released', async () => {
  const [held, both] = [await sell(), await sell()];
  const tellDays = (contract: Confirmed, days: { day: string; version: number; held?: boolean }[]) => tell(database.owner, MeterReadingIngested, { aggregateType: 'meter', aggregateId: contract.meterNumber, data: measured(contract, days) });
  for (const contract of [held, both]) await read(contract, '2026-10-01', '2026-11-01');
  await tellDays(held, [{ day: '2026-10-07', version: 2, held: true }, { day: '2026-10-09', version: 2, held: true }]);
  await tellDays(both, [{ day: '2026-10-07', version: 2, held: true }]);
  await tell(database.owner, MeterReadingIngested, { aggregateType: 'meter', aggregateId: both.meterNumber, data: measured(both, [{ day: '2026-10-08', each: null, version: 2, held: true }]) });
  await heard();
  const { run } = await start({ contractIds: [held.contractId, both.contractId] });
  await finished(run.id).toMatchObject({ status: 'COMPLETED_WITH_FAILURES', invoicesCreated: 0, failed: 2 });
  const { data } = await ask(billing.url, clerk, 'query ($id: ID!) { billingRun(id: $id) { failures { nodes { contractId reason text detail } } } }', { id: run.id });
  expect(data.billingRun.failures.nodes).toHaveLength(2);
  expect(data.billingRun.failures.nodes).toEqual(expect.arrayContaining([
    { contractId: held.contractId, reason: 'READINGS_HELD', text: expect.stringContaining('We check them before we bill them'), detail: '2026-10-07, 2026-10-09' },
    { contractId: both.contractId, reason: 'READINGS_INCOMPLETE', text: expect.stringContaining('do not have all readings'), detail: '2026-10-08' },
  ]));
  await tellDays(held, [{ day: '2026-10-07', version: 3 }, { day: '2026-10-09', version: 3 }]);
  await heard();
  await finished((await start({ contractIds: [held.contractId] })).run.id).toMatchObject({ status: 'COMPLETED', invoicesCreated: 1 });
});

test('a run over everything due bills nobody twice, however often and in parallel it is started', async () => {
  const contracts = await Promise.all(Array.from({ length: 12 }, () => sell({ startOn: '2026-09-10' })));
  for (const contract of contracts) await read(contract, '2026-09-10', '2026-10-01');
  await heard();
  const september = { from: '2026-09-01', until: '2026-10-01' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => start(september)));
  const started = answers.filter((answer) => answer.run);
  for (const { run } of started) await finished(run.id).toMatchObject({ status: 'COMPLETED' });
  expect(answers.filter((answer) => !answer.run).map((answer) => answer.__typename)).toEqual(Array(5 - started.length).fill('BillingRunInProgress'));
  const { run } = await start(september);
  await finished(run.id).toMatchObject({ status: 'COMPLETED', total: 0, invoicesCreated: 0 });
  const { rows } = await database.owner.query(
    `SELECT count(*)::int AS invoices, count(DISTINCT contract_id)::int AS contracts, (SELECT max(number_in_year) - min(number_in_year) + 1 - count(*) FROM billing.invoice)::int AS gaps FROM billing.invoice WHERE lower(period) = '2026-09-10'`,
  );
  expect(rows[0]).toEqual({ invoices: 12, contracts: 12, gaps: 0 });
});

test('named again, a billed contract is refused as such', async () => {
  const contract = await sell();
  await read(contract, '2026-10-01', '2026-11-01');
  await heard();
  await finished((await start({ contractIds: [contract.contractId] })).run.id).toMatchObject({ invoicesCreated: 1 });
  await finished((await start({ contractIds: [contract.contractId] })).run.id).toMatchObject({ invoicesCreated: 0, failed: 1, failures: { nodes: [{ reason: 'ALREADY_BILLED' }] } });
});

test('a dry run works everything out and issues nothing', async () => {
  const contract = await sell();
  await read(contract, '2026-10-01', '2026-11-01');
  await heard();
  await finished((await start({ contractIds: [contract.contractId], dryRun: true })).run.id).toMatchObject({ status: 'COMPLETED', done: 1, invoicesCreated: 0, gross: { cents: 11_851 } });
  const { data } = await ask(billing.url, clerk, `query ($id: ID!) { invoices(contractId: $id) { nodes { id } } }`, { id: contract.contractId });
  expect(data.invoices.nodes).toEqual([]);
});

test('the same key starts one run; with another content it is refused', async () => {
  const contract = await sell();
  await heard();
  const input = { idempotencyKey: newId(), contractIds: [contract.contractId], dryRun: true };
  const [first, second] = [await start(input), await start(input)];
  expect(second.run.id).toBe(first.run.id);
  expect(await start({ ...input, until: '2026-10-15' })).toMatchObject({ __typename: 'IdempotencyKeyReused' });
});

test('a contract that ends is billed to its last day', async () => {
  const contract = await sell();
  await read(contract, '2026-10-01', '2026-10-11');
  await tell(database.owner, ContractTerminated, { aggregateType: 'contract', aggregateId: contract.contractId, data: { contractId: contract.contractId, contractNumber: contract.contractNumber, customerId: contract.customerId, endOn: '2026-10-11', reason: 'MOVE_OUT' } });
  await heard();
  const { run } = await start({ contractIds: [contract.contractId] });
  await finished(run.id).toMatchObject({ status: 'COMPLETED', invoicesCreated: 1, failed: 0 });
  const { rows } = await database.owner.query('SELECT lower(period)::text AS from, upper(period)::text AS until FROM billing.invoice WHERE contract_id = $1', [contract.contractId]);
  expect(rows).toEqual([{ from: '2026-10-01', until: '2026-10-11' }]);
});

/** Facts about a day of a contract's meters, heard one after the other; what usage then is. */
function aDay(contract: Confirmed, day: string) {
  const usage = async () => (await database.owner.query('SELECT watt_hours::int AS wh, complete, held FROM billing.usage WHERE contract_id = $1 AND day = $2', [contract.contractId, day])).rows[0];
  const about = (meterId: string) => ({ aggregateType: 'meter', aggregateId: meterId });
  return {
    usage,
    measure: async (meterId: string, knows: (nth: number) => boolean, { each = 100, version = 1, held = false, obis = '1-0:1.29.0' } = {}) => {
      const [whole] = measured(contract, [{ day, each, version }]).days;
      const values = { ...whole!, obis, ...(held && { held }), wattHours: whole!.wattHours.map((value, nth) => (knows(nth) ? value : null)), statuses: whole!.statuses.map((status, nth) => (knows(nth) ? status : null)) };
      await tell(database.owner, MeterReadingIngested, { ...about(meterId), data: { ...measured(contract, []), meterId, days: [values] } });
      await heard();
      return usage();
    },
    install: async (meterId: string, change: Partial<{ from: string; installedAt: string; registers: string[] }> = {}) => {
      await tell(database.owner, MeterInstalled, { ...about(meterId), data: { meterId, meterNumber: `1TST${meterId.slice(-8)}`, contractId: contract.contractId, customerId: contract.customerId, maloId: contract.maloId, from: '2026-10-01', registers: ['1-0:1.8.0', '1-0:1.29.0'], ...change } });
      await heard();
      return usage();
    },
    exchange: async (oldMeterId: string, newMeterId: string, exchangedAt: string) => {
      await tell(database.owner, MeterExchanged, { ...about(oldMeterId), data: { exchangeId: newId(), oldMeterId, newMeterId, maloId: contract.maloId, exchangedAt, finalWattHours: '812000', startWattHours: '5' } });
      await heard();
      return usage();
    },
  };
}

test('the day on which a meter was exchanged is what its two meters know together, as each of them corrects it', async () => {
  const { measure } = aDay(await sell(), '2026-10-01');
  const [before, after] = [newId(), newId()];
  const [first, second] = [(nth: number) => nth < 40, (nth: number) => nth >= 40];
  expect(await measure(before, first, { version: 3 })).toEqual({ wh: 4_000, complete: false, held: false });
  expect(await measure(after, (nth) => nth > 40)).toEqual({ wh: 9_500, complete: false, held: false });
  expect(await measure(after, second, { version: 2, each: 200 })).toEqual({ wh: 4_000 + 11_200, complete: true, held: false });
  expect(await measure(before, first, { version: 2, each: 900 })).toEqual({ wh: 4_000 + 11_200, complete: true, held: false });
  expect(await measure(before, first, { version: 4, held: true })).toEqual({ wh: 4_000 + 11_200, complete: false, held: true });
  expect(await measure(before, first, { version: 5, each: 10 })).toEqual({ wh: 400 + 11_200, complete: true, held: false });
});

test('an exchange in the course of a day is told before or after its meters and values: the old one is waited for until then, the new one from then on', async () => {
  const at = '2026-10-14T08:07:00Z'; // the quarter hour from 10:00 in Berlin is the new one's
  const [first, second, all] = [(nth: number) => nth < 40, (nth: number) => nth >= 40, () => true];
  for (const isLate of [false, true]) {
    const [contract, before, after] = [await sell(), newId(), newId()];
    const [day, next] = [aDay(contract, '2026-10-14'), aDay(contract, '2026-10-15')];
    await day.install(before);
    if (!isLate) await day.exchange(before, after, at);
    if (!isLate) await day.install(after, { from: '2026-10-14', installedAt: at });
    expect(await day.measure(after, second)).toMatchObject({ wh: 5_600, complete: false });
    expect(await next.measure(after, all)).toMatchObject({ wh: 9_600, complete: !isLate });
    expect(await day.measure(before, (nth) => nth < 39)).toMatchObject({ wh: 9_500, complete: false });
    expect(await day.measure(before, first, { version: 2 })).toMatchObject({ wh: 9_600, complete: !isLate });
    if (isLate) await day.install(after, { from: '2026-10-14', installedAt: at });
    expect(await (isLate ? day.exchange(before, after, at) : day.install(after, { from: '2026-10-14', installedAt: at }))).toMatchObject({ wh: 9_600, complete: true });
    expect(await next.usage()).toMatchObject({ wh: 9_600, complete: true });
  }
});

test('two meters measure one contract: a day is both, and whole when both know it, also where the second becomes known later', async () => {
  const contract = await sell();
  const [one, two, feedsIn] = [newId(), newId(), newId()];
  const [day, early] = [aDay(contract, '2026-10-14'), aDay(contract, '2026-10-13')];
  const all = () => true;
  await day.install(one);
  await day.install(feedsIn, { registers: ['1-0:2.8.0', '1-0:2.29.0'] });
  expect(await early.measure(one, all)).toMatchObject({ wh: 9_600, complete: true });
  expect(await day.measure(one, all)).toMatchObject({ wh: 9_600, complete: true });
  expect(await day.install(two, { from: '2026-10-14', installedAt: '2026-10-14T08:07:00Z' })).toMatchObject({ wh: 9_600, complete: false });
  expect(await day.measure(two, (nth) => nth >= 42)).toMatchObject({ wh: 15_000, complete: false });
  // The quarter hour in which it was hung beside the other is no whole one of its: metering takes no value of it (R14).
  expect(await day.measure(two, (nth) => nth >= 41, { version: 2 })).toMatchObject({ wh: 15_100, complete: true });
  expect(await day.measure(feedsIn, all, { obis: '1-0:2.29.0', each: 7_000 })).toMatchObject({ wh: 15_100, complete: true });
  expect(await early.measure(one, all, { version: 2, each: 50 })).toMatchObject({ wh: 4_800, complete: true });
});

test('of registers of the same energy one counts, whichever comes first; both channels and both tariffs do', async () => {
  const { measure, install } = aDay(await sell(), '2026-10-14');
  const [meter, all] = [newId(), () => true];
  await install(meter, { registers: ['1-0:1.8.0', '1-0:1.29.0', '1-0:1.29.1', '1-0:1.29.2', '1-1:1.29.0'] });
  expect(await measure(meter, all, { obis: '1-1:1.29.0', each: 20 })).toMatchObject({ wh: 1_920, complete: false });
  expect(await measure(meter, all, { obis: '1-0:1.29.1', each: 60 })).toMatchObject({ wh: 5_760 + 1_920, complete: false });
  expect(await measure(meter, all, { obis: '1-0:1.29.2', each: 41 })).toMatchObject({ wh: 9_696 + 1_920, complete: true });
  expect(await measure(meter, all, { obis: '1-0:1.9.0', each: 101 })).toMatchObject({ wh: 9_696 + 1_920, complete: true });
  expect(await measure(meter, all, { obis: '1-0:1.29.0', each: 102 })).toMatchObject({ wh: 9_792 + 1_920, complete: true });
  expect(await measure(meter, (nth) => nth !== 7, { obis: '1-1:1.29.0', each: 20, version: 2 })).toMatchObject({ wh: 9_792 + 1_900, complete: false });
});

test('a channel of which nothing has ever come keeps the day from being billed; one that has a counter only, and what feeds in, is not waited for', async () => {
  const [contract, all] = [await sell(), () => true];
  const { measure, install } = aDay(contract, '2026-10-14');
  const meter = newId();
  await install(meter, { registers: ['1-0:1.8.0', '1-0:1.29.0', '1-1:1.8.0', '1-1:1.29.0', '1-2:1.8.0', '1-0:2.29.0'] });
  expect(await measure(meter, all, { obis: '1-0:1.29.0', each: 100 })).toMatchObject({ wh: 9_600, complete: false, held: false });
  expect(await measure(meter, all, { obis: '1-1:1.29.0', each: 20 })).toMatchObject({ wh: 9_600 + 1_920, complete: true });
  const [before, after] = [newId(), newId()];
  const exchanged = aDay(await sell(), '2026-10-14');
  const at = '2026-10-14T08:07:00Z';
  const registers = ['1-0:1.29.0', '1-1:1.29.0'];
  await exchanged.install(before, { registers });
  await exchanged.exchange(before, after, at);
  await exchanged.install(after, { from: '2026-10-14', installedAt: at, registers });
  for (const [meterId, knows] of [[before, (nth: number) => nth < 40], [after, (nth: number) => nth >= 40]] as const)
    expect(await exchanged.measure(meterId, knows)).toMatchObject({ complete: false });
  await exchanged.measure(before, (nth) => nth < 40, { obis: '1-1:1.29.0' });
  expect(await exchanged.measure(after, (nth) => nth >= 40, { obis: '1-1:1.29.0' })).toMatchObject({ wh: 2 * 9_600, complete: true });
});

test('a correction of a day wins over the older version, whatever order they come in', async () => {
  const contract = await sell();
  const about = { aggregateType: 'meter', aggregateId: contract.meterNumber };
  await tell(database.owner, ReadingCorrected, { ...about, data: { ...measured(contract, [{ day: '2026-10-01', each: 200, version: 2 }]), cause: 'real value' } });
  await read(contract, '2026-10-01', '2026-10-02');
  await heard();
  const { rows } = await database.owner.query('SELECT watt_hours::int AS wh, reading_version AS version FROM billing.usage WHERE contract_id = $1', [contract.contractId]);
  expect(rows).toEqual([{ wh: 19_200, version: 2 }]);
});

test.each([
  [{ kind: 'MONTHLY', from: '2026-10-01', until: '2026-12-01' }, 'until'],
  [{ from: '2026-10-01', until: '2026-10-01' }, 'until'],
  [{ kind: 'MOVE_OUT' }, 'kind'],
  [{ contractIds: [] }, 'contractIds'],
  [{ contractIds: ['7'] }, 'contractIds.0'],
  [{ idempotencyKey: '' }, 'idempotencyKey'],
  [{ idempotencyKey: 'x'.repeat(256) }, 'idempotencyKey'],
])('%o is refused, naming %s', async (change, path) => {
  const answer = await start(change);
  expect(answer).toMatchObject({ __typename: 'InputInvalid', faults: expect.arrayContaining([expect.objectContaining({ path })]) });
});

test('unknown ids find nothing; bad page arguments are named', async () => {
  const nothing = await ask(billing.url, clerk, `query { invoice(id: "x") { id } billingRun(id: "${newId()}") { id } invoices(customerId: "x") { nodes { id } } }`);
  expect(nothing).toEqual({ data: { invoice: null, billingRun: null, invoices: { nodes: [] } } });
  const bad = await ask(billing.url, clerk, '{ invoices(first: 0) { nodes { id } } }');
  expect(bad.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('1 to 500') });
});

test('customers see their own documents only', async () => {
  const [mine, other] = [await sell(), await sell()];
  for (const contract of [mine, other]) await read(contract, '2026-10-01', '2026-11-01');
  await heard();
  await finished((await start({ contractIds: [mine.contractId, other.contractId] })).run.id).toMatchObject({ invoicesCreated: 2 });
  const me = { ...actorWith('billing:read'), customerId: mine.customerId };
  const { data } = await ask(billing.url, me, '{ invoices { nodes { customer { id } lines { position } } } }');
  expect(data.invoices.nodes).toHaveLength(1);
  expect(data.invoices.nodes[0]).toMatchObject({ customer: { id: mine.customerId }, lines: [{ position: 1 }, { position: 2 }] });
  const theirs = await ask(billing.url, me, 'query ($id: ID!) { invoices(contractId: $id) { nodes { id } } }', { id: other.contractId });
  expect(theirs.data.invoices.nodes).toEqual([]);
});

test('a run is watched as it advances: the state first, then each step, resumable', async () => {
  const contract = await sell();
  await heard();
  const { run } = await start({ contractIds: [contract.contractId], dryRun: true });
  const WATCH = 'subscription ($id: ID!, $after: SafeInt) { billingRunProgress(runId: $id, afterSeq: $after) { seq reset committedAt run { status done failed } } }';
  const watching = listen(billing.url, clerk, WATCH, { id: run.id });
  const first = (await watching.next()).billingRunProgress;
  expect(first).toMatchObject({ reset: true });
  const relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf: {}, log: runtime.log });
  try {
    const last = first.run.status === 'RUNNING' ? (await watching.next()).billingRunProgress : first;
    expect(last).toMatchObject({ run: { status: 'COMPLETED_WITH_FAILURES', done: 1, failed: 1 } });
    expect(last.seq).toBeGreaterThanOrEqual(first.seq);
  } finally {
    await watching.stop();
    await relay.stop();
  }
  const unknown = listen(billing.url, clerk, WATCH, { id: newId() });
  await expect(unknown.next()).rejects.toThrow();
  await unknown.stop();
});
