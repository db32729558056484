// The whole story through the gateway: a contract is imported, the market confirms it, supply starts, a month is measured, billed,
// and the customer gets a mail. Beside it, a trader watches the open position move on one subscription, without asking again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type Environment, startEnvironment } from '../environment.ts';
import { BACKENDS, type RedisServer, startRedis } from '../events/redis.ts';
import { anAddressIn, aPersonalImport } from '../build/contract-import.ts';
import { calmClearingHouse, publishForecast } from '../outside.ts';
import { type PositionWatch, watchPositions } from '../watch-positions.ts';

/** From commit to frame; the journey's own promise is a second. */
const ONE_SECOND_MS = 1_000;
/** A Monday without holidays around: an application of today starts supply the day after tomorrow. */
const MONDAY = '2026-11-23';
/** On Redis too where there is time for it: hearers, jobs and streams have tests of their own on both. */
const TOLD_ON = BACKENDS.filter((backend) => backend === 'postgres' || process.env.STROMGRAPH_LONG === '1');

let world: Environment;
let agent: string;
let trader: string;
let clerk: string;
let admin: string;
let watch: PositionWatch;

let redis: RedisServer | undefined;

if (!TOLD_ON.includes('redis')) console.log('the journey is told on PostgreSQL queues alone: on Redis by npm run test:long, where redis-server is on the PATH or REDIS_URL given');

describe.each(TOLD_ON)('queues on %s', (backend) => {
  const wednesday = addDays(MONDAY, 2);

  beforeAll(async () => {
    redis = backend === 'redis' ? await startRedis() : undefined;
    world = await startEnvironment({ customers: 20, days: 35, now: `${MONDAY}T09:00:00Z`, backend, ...(redis ? { redisUrl: redis.url } : {}) });
    [agent, trader, clerk, admin] = (await Promise.all(['agent', 'trader', 'billing', 'admin'].map((who) => world.signIn(`${who}@demo.test`)))) as [string, string, string, string];
    await calmClearingHouse(world);
  });
  afterAll(async () => {
    await watch?.stop();
    await world?.stop();
    await redis?.stop();
  });

  test('a household is won, supplied, measured, billed and written to, while the position follows', { timeout: 240_000 }, async () => {
    const { offer, place } = await quoteFor(agent);
    const areas = await world.query(trader, '{ gridAreas { nodes { id code name } } }');
    const area = areas.gridAreas.nodes.find((one: { code: string }) => one.code === place.gridAreaCode);
    // The first price curve moves every position once: what is watched begins after it.
    const valued = () => world.query(trader, VALUES, { from: startOfDay(addDays(MONDAY, 3)), until: startOfDay(addDays(MONDAY, 4)) });
    await expect.poll(async () => (await valued()).openPositions.nodes[0]?.value ?? null, { timeout: 30_000 }).not.toBeNull();
    watch = await watchPositions(world, trader, { areaId: area.id, from: startOfDay(MONDAY), until: startOfDay(addDays(MONDAY, 4)) });

    // The contract comes in and the market confirms it: from then on the position carries it, for the hours of its supply.
    const imported = await world.query(agent, IMPORT, { input: aPersonalImport({ campaignId: offer.price.campaign.id, tariffId: offer.price.campaign.tariff.id, address: anAddressIn(place) }) });
    expect(imported.importContract).toMatchObject({ __typename: 'ImportContractSuccess', replayed: false });
    const contractId: string = imported.importContract.draft.id;
    const supplied = startOfDay(wednesday).getTime();
    const confirmed = await watch.next((event) => event.positions.some((cell) => Date.parse(cell.start) >= supplied && cell.demandWattHours > watch.before(cell.start).demandWattHours));
    expect(confirmed.delayMs).toBeLessThan(ONE_SECOND_MS);
    await expect.poll(async () => (await world.query(agent, CONTRACT, { id: contractId })).contract?.state, { timeout: 20_000 }).toBe('CONFIRMED');
    const { contract } = await world.query(agent, CONTRACT, { id: contractId });
    const startOn: string = contract.startOn;
    expect(startOn).toBe(wednesday);

    // A trade takes the position down by what was bought.
    const hour = startOfDay(wednesday);
    const trade = await world.query(trader, TRADE, { input: { idempotencyKey: crypto.randomUUID(), gridAreaId: area.id, side: 'BUY', from: hour, until: new Date(hour.getTime() + 3_600_000), kilowatts: 8, pricePerMwh: '91.10', counterparty: 'Example Trading' } });
    expect(trade.recordTrade.__typename).toBe('RecordTradeSuccess');
    const traded = await watch.next((event) => event.positions.some((cell) => cell.hedgedWattHours > watch.before(cell.start).hedgedWattHours));
    expect(traded.delayMs).toBeLessThan(ONE_SECOND_MS);
    // On a busy machine the frame may bring more: what else has moved meanwhile.
    const moved = traded.positions.filter((cell) => cell.hedgedWattHours !== watch.before(cell.start).hedgedWattHours);
    expect(moved).toHaveLength(4);
    for (const cell of moved) expect(cell.hedgedWattHours - watch.before(cell.start).hedgedWattHours).toBe(2_000);

    // A forecast replaces what load profiles said for its day.
    const watched = quarterHoursOf(addDays(MONDAY, 1));
    await publishForecast(world, { gridArea: place.gridAreaCode, deliveryDay: addDays(MONDAY, 1), wattHours: watched.map((_, index) => 100_000 + index) });
    const forecast = await watch.next((event) => event.positions.some((cell) => cell.demandWattHours === 100_000 && cell.start === watched[0]!.toISOString()));
    expect(forecast.delayMs).toBeLessThan(ONE_SECOND_MS);

    // Supply starts when its day has come, not before.
    await world.advanceClock(admin, startOfDay(startOn));
    await expect.poll(async () => (await world.query(agent, CONTRACT, { id: contractId })).contract.state).toBe('ACTIVE');

    // The rest of the month in quarter hours, then the bill.
    await world.advanceClock(admin, new Date('2026-12-03T08:00:00Z'));
    const readings = await sendReadings(contract.meterNumber, startOn, '2026-12-01');
    const days = (startOfDay('2026-12-01').getTime() - startOfDay(startOn).getTime()) / 86_400_000;
    expect(readings).toMatchObject({ rejected: 0, accepted: days * 96 });
    const started = await startRunOnceHeard(contractId);
    await expect.poll(async () => (await world.query(clerk, RUN, { id: started })).billingRun, { timeout: 30_000 }).toMatchObject({ status: 'COMPLETED', invoicesCreated: 1, failed: 0 });
    const { invoices } = await world.query(clerk, INVOICES, { id: contractId });
    const [invoice] = invoices.nodes;
    expect(invoice).toMatchObject({ from: startOn, until: '2026-12-01', wattHours: days * 96 * 125, contract: { state: 'ACTIVE' }, customer: { kind: 'INDIVIDUAL' } });
    expect(invoice.net.cents + invoice.vat.cents).toBe(invoice.total.cents);

    // The mail is in the simulated mail server, with the number and the amount.
    const euros = new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(invoice.total.cents / 100).replace(' ', ' ');
    await expect.poll(async () => (await world.mailsTo('mia.journey@example.test')).map((mail) => mail.text.replaceAll(' ', ' ')).find((text) => text.includes(invoice.number)), { timeout: 20_000 }).toContain(euros);

    // The agent sees the customer whole, in one query over five domains.
    const { customer } = await world.query(agent, CUSTOMER, { id: invoice.customer.id });
    expect(customer).toMatchObject({ contracts: { nodes: [{ active: true, contract: { state: 'ACTIVE' } }] }, invoices: { nodes: [{ number: invoice.number }] }, balance: { cents: invoice.total.cents } });
    expect(customer.messages.nodes.length).toBeGreaterThanOrEqual(2);
  });
});

async function quoteFor(token: string) {
  const place = { postalCode: '24103', city: 'Kiel', gridAreaCode: '11YSTROM-NORD--9' };
  const { quote } = await world.query(token, QUOTE, { input: { channel: 'WEB', postalCode: place.postalCode, city: place.city, wattHoursPerYear: 3_500_000 } });
  expect(quote.__typename).toBe('QuoteSuccess');
  const offer = quote.offers.find((one: { price: { campaign: { tariff: { kind: string } } } }) => one.price.campaign.tariff.kind === 'FIX12');
  return { offer, place };
}

/** As a file over REST, like a metering operator's. */
async function sendReadings(meterNumber: string, from: string, until: string) {
  const lines = ['meter_number,obis,start,end,kwh,status'];
  for (let day = from; day < until; day = addDays(day, 1))
    for (const start of quarterHoursOf(day)) lines.push(`${meterNumber},1-0:1.29.0,${start.toISOString()},${new Date(start.getTime() + 900_000).toISOString()},0.125,TRUE`);
  const response = await fetch(`${world.origin}/metering/readings`, { method: 'POST', headers: { authorization: `Bearer ${agent}`, 'content-type': 'text/csv', 'idempotency-key': crypto.randomUUID() }, body: lines.join('\n') });
  expect(response.status).toBeLessThan(300);
  return response.json();
}

/** Readings travel to billing by event: the run is started again until it has heard of them, as a clerk would. */
async function startRunOnceHeard(contractId: string): Promise<string> {
  for (;;) {
    const dry = await startRun(contractId, true);
    await expect.poll(async () => (await world.query(clerk, RUN, { id: dry })).billingRun.status, { timeout: 20_000 }).not.toBe('RUNNING');
    if ((await world.query(clerk, RUN, { id: dry })).billingRun.failed === 0) return startRun(contractId, false);
  }
}

async function startRun(contractId: string, dryRun: boolean): Promise<string> {
  const { startBillingRun } = await world.query(clerk, START, { input: { idempotencyKey: crypto.randomUUID(), kind: 'MONTHLY', from: '2026-11-01', until: '2026-12-01', contractIds: [contractId], dryRun } });
  expect(startBillingRun.__typename).toBe('StartBillingRunSuccess');
  return startBillingRun.run.id;
}

const QUOTE = 'query ($input: QuoteInput!) { quote(input: $input) { __typename ... on QuoteSuccess { offers { price { campaign { id tariff { id kind } } } } } } }';
const IMPORT = 'mutation ($input: ImportContractInput!) { importContract(input: $input) { __typename ... on ImportContractSuccess { replayed draft { id status } } ... on InputInvalid { faults { path fault allowed } } ... on Problem { message } } }';
const VALUES = 'query ($from: DateTime!, $until: DateTime!) { openPositions(from: $from, until: $until, first: 1) { nodes { value { cents } } } }';
const CONTRACT = 'query ($id: ID!) { contract(id: $id) { id state startOn meterNumber } }';
const TRADE = 'mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename } }';
const START = 'mutation ($input: StartBillingRunInput!) { startBillingRun(input: $input) { __typename ... on StartBillingRunSuccess { run { id } } ... on Problem { message } } }';
const RUN = 'query ($id: ID!) { billingRun(id: $id) { status invoicesCreated failed failures { nodes { reason detail } } } }';
const INVOICES = 'query ($id: ID!) { invoices(contractId: $id) { nodes { number from until wattHours net { cents } vat { cents } total { cents } contract { state } customer { id kind } } } }';
const CUSTOMER = `query ($id: ID!) { customer(id: $id) { name balance { cents } contracts { nodes { active contract { state } } } invoices { nodes { number } } messages { nodes { status } } timeline { nodes { type } } } }`;
