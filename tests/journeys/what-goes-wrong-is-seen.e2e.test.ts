// The market refuses, readings have a gap: nothing is lost, nothing is guessed, and an agent sees what happened and what to do.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { anAddressIn, aPersonalImport } from '../build/contract-import.ts';
import { type Environment, startEnvironment } from '../environment.ts';
import { calmClearingHouse, rejectNext } from '../outside.ts';

const WEDNESDAY = '2026-11-25T09:00:00Z';
/** Facts are waited for; how long they take is the machine's business. */
const PATIENT = { timeout: 60_000 };
const KIEL = { postalCode: '24103', city: 'Kiel' };

let world: Environment;
let agent: string;
let clerk: string;
let admin: string;
let offer: { campaignId: string; tariffId: string };

beforeAll(async () => {
  world = await startEnvironment({ customers: 5, days: 5, now: WEDNESDAY });
  [agent, clerk, admin] = (await Promise.all(['agent', 'billing', 'admin'].map((who) => world.signIn(`${who}@demo.test`)))) as [string, string, string];
  await calmClearingHouse(world);
  const { quote } = await world.query(agent, QUOTE, { input: { channel: 'WEB', ...KIEL, wattHoursPerYear: 3_500_000 } });
  const { campaign } = quote.offers.find((one: { price: { campaign: { tariff: { kind: string } } } }) => one.price.campaign.tariff.kind === 'FIX12').price;
  offer = { campaignId: campaign.id, tariffId: campaign.tariff.id };
});
afterAll(() => world?.stop());

const importFor = async (change: object) => {
  const { importContract } = await world.query(agent, IMPORT, { input: aPersonalImport({ ...offer, address: anAddressIn(KIEL), ...change }) });
  return importContract;
};

test('a refused application is told to agent and customer, with the code in words and what can be done', async () => {
  await rejectNext(world, 'A02');
  const imported = await importFor({ customer: { kind: 'INDIVIDUAL', salutation: 'MR', firstName: 'Rolf', lastName: 'Refused', email: 'rolf.refused@example.test' } });
  const contractId: string = imported.draft.id;
  await expect.poll(async () => (await world.query(agent, DRAFT, { id: imported.draft.id })).contractDraft.status, PATIENT).toBe('SWITCH_FAILED');
  const { contractDraft } = await world.query(agent, DRAFT, { id: imported.draft.id });
  expect(contractDraft.applications).toMatchObject([{ status: 'REJECTED', codeList: 'E_0622', code: 'A02', reason: expect.stringMatching(/\w{5}/) }]);
  expect(contractDraft.nextSteps.map((step: { kind: string }) => step.kind)).not.toContain('WAIT');
  const { marketMessages } = await world.query(agent, MESSAGES, { id: contractId });
  expect(marketMessages.nodes).toMatchObject([{ status: 'DELIVERED', answer: { outcome: 'REJECTED', code: 'A02' } }]);
  await expect.poll(async () => (await world.mailsTo('rolf.refused@example.test')).length, PATIENT).toBeGreaterThan(0);
  // Nothing else happened: no contract, no customer who pays, no position.
  expect((await world.query(agent, '{ contracts(first: 100) { nodes { id } } }')).contracts.nodes.map((one: { id: string }) => one.id)).not.toContain(contractId);
});

test('a month with a gap is not billed; the run says which days are missing, and bills once they are there', { timeout: 240_000 }, async () => {
  const imported = await importFor({ customer: { kind: 'INDIVIDUAL', salutation: 'MS', firstName: 'Gerda', lastName: 'Gap', email: 'gerda.gap@example.test' } });
  const contractId: string = imported.draft.id;
  await expect.poll(async () => (await world.query(agent, CONTRACT, { id: contractId })).contract?.state, PATIENT).toBe('CONFIRMED');
  const { contract } = await world.query(agent, CONTRACT, { id: contractId });
  await world.advanceClock(admin, new Date('2026-12-03T08:00:00Z'));
  await send(contract.meterNumber, contract.startOn, '2026-11-28');
  await send(contract.meterNumber, '2026-11-29', '2026-12-01');

  const run = await billing(contractId);
  await expect.poll(() => stateOf(run), PATIENT).toMatchObject({ status: 'COMPLETED_WITH_FAILURES', invoicesCreated: 0, failures: { nodes: [{ reason: 'READINGS_INCOMPLETE', detail: '2026-11-28' }] } });
  const { invoices } = await world.query(agent, 'query ($id: ID!) { invoices(contractId: $id) { nodes { id } } }', { id: contractId });
  expect(invoices.nodes).toEqual([]);

  await send(contract.meterNumber, '2026-11-28', '2026-11-29');
  await expect.poll(async () => {
    const again = await world.query(clerk, RETRY, { input: { idempotencyKey: crypto.randomUUID(), runId: run } });
    return again.retryFailedContracts.__typename === 'RetryFailedContractsSuccess' && (await stateOf(run)).invoicesCreated;
  }, { ...PATIENT, interval: 500 }).toBe(1);
});

test('a start in the past is refused at once, naming the field, and leaves nothing behind', async () => {
  const before = await drafts();
  expect(await importFor({ desiredStartOn: '2026-11-01' })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'desiredStartOn' }] });
  expect(await drafts()).toEqual(before);
});

test.each([
  ['an IBAN with a wrong check digit', { iban: 'DE89370400440532013001' }, 'iban', 'REJECTED', ['ASK_CUSTOMER']],
  ['a MaLo id with a wrong check digit', { marketLocationId: '51238696780' }, 'marketLocationId', 'DRAFT', ['EDIT_MALO_DRAFT']],
])('%s is kept as it came, refused by validation, and nothing leaves for the market', async (_, change, path, status, steps) => {
  const { draft } = await importFor(change);
  const seen = async () => (await world.query(agent, DRAFT, { id: draft.id })).contractDraft;
  await expect.poll(seen, PATIENT).toMatchObject({ status, validationFaults: [{ path }], applications: [] });
  expect((await seen()).nextSteps.map((step: { kind: string }) => step.kind)).toEqual(steps);
});

test('many at once wait for one another and all are served: no transaction waits for a second connection', { timeout: 90_000 }, async () => {
  const [trader, { gridAreas }] = await Promise.all([world.signIn('trader@demo.test'), world.query(admin, '{ gridAreas { nodes { id } } }')]);
  const day = startOfDay(addDays((await world.query(admin, '{ businessClock { today } }')).businessClock.today, 1));
  const trade = () => ({ idempotencyKey: crypto.randomUUID(), gridAreaId: gridAreas.nodes[0].id, side: 'BUY', from: day, until: new Date(day.getTime() + 900_000), kilowatts: 4, pricePerMwh: '80', counterparty: 'Example Trading' });
  const TRADE = 'mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename } }';
  await Promise.allSettled([
    ...Array.from({ length: 24 }, () => importFor({})),
    ...Array.from({ length: 24 }, () => world.query(trader, TRADE, { input: trade() })),
  ]);
  // Whatever a busy machine has timed out: afterwards every domain answers, reads and writes.
  await expect.poll(async () => (await world.query(agent, '{ contracts(first: 1) { nodes { id } } }')).contracts.nodes.length, PATIENT).toBe(1);
  expect((await importFor({})).__typename).toBe('ImportContractSuccess');
  expect((await world.query(trader, TRADE, { input: trade() })).recordTrade.__typename).toBe('RecordTradeSuccess');
});

const drafts = async () => (await world.query(agent, '{ switchBoard(first: 500) { nodes { draft { id } } } }')).switchBoard.nodes;

const stateOf = async (id: string) => (await world.query(clerk, RUN, { id })).billingRun;

async function billing(contractId: string): Promise<string> {
  for (;;) {
    const { startBillingRun } = await world.query(clerk, START, { input: { idempotencyKey: crypto.randomUUID(), kind: 'MONTHLY', from: '2026-11-01', until: '2026-12-01', contractIds: [contractId], dryRun: true } });
    await expect.poll(async () => (await stateOf(startBillingRun.run.id)).status, PATIENT).not.toBe('RUNNING');
    const { failures } = await stateOf(startBillingRun.run.id);
    if (failures.nodes[0]?.detail === '2026-11-28') break; // billing has heard of all that was sent
  }
  const { startBillingRun } = await world.query(clerk, START, { input: { idempotencyKey: crypto.randomUUID(), kind: 'MONTHLY', from: '2026-11-01', until: '2026-12-01', contractIds: [contractId], dryRun: false } });
  return startBillingRun.run.id;
}

async function send(meterNumber: string, from: string, until: string): Promise<void> {
  const intervals = [];
  for (let day = from; day < until; day = addDays(day, 1)) intervals.push({ meterNumber, obis: '1-0:1.29.0', start: startOfDay(day), minutes: 15, wattHours: quarterHoursOf(day).map(() => 125), status: 'TRUE' });
  const { ingestReadings } = await world.query(agent, INGEST, { input: { idempotencyKey: crypto.randomUUID(), intervals } });
  expect(ingestReadings).toMatchObject({ __typename: 'IngestReadingsSuccess', rejections: { nodes: [] }, rejected: 0 });
}

const QUOTE = 'query ($input: QuoteInput!) { quote(input: $input) { __typename ... on QuoteSuccess { offers { price { campaign { id tariff { id kind } } } } } } }';
const IMPORT = 'mutation ($input: ImportContractInput!) { importContract(input: $input) { __typename ... on ImportContractSuccess { draft { id status } } ... on InputInvalid { faults { path fault allowed } } ... on Problem { message } } }';
const DRAFT = 'query ($id: ID!) { contractDraft(id: $id) { status validationFaults { path fault allowed } applications { status codeList code reason } nextSteps { kind explanation } } }';
const CONTRACT = 'query ($id: ID!) { contract(id: $id) { state startOn meterNumber } }';
const MESSAGES = 'query ($id: ID!) { marketMessages(filter: { contractId: $id }) { nodes { status answer { outcome codeList code reason } } } }';
const INGEST = 'mutation ($input: IngestReadingsInput!) { ingestReadings(input: $input) { __typename ... on IngestReadingsSuccess { accepted unchanged rejected rejections(first: 1) { nodes { rule reason } } } ... on InputInvalid { faults { path fault allowed } } ... on Problem { message } } }';
const START = 'mutation ($input: StartBillingRunInput!) { startBillingRun(input: $input) { __typename ... on StartBillingRunSuccess { run { id } } ... on Problem { message } } }';
const RUN = 'query ($id: ID!) { billingRun(id: $id) { status invoicesCreated failed failures { nodes { reason detail } } } }';
const RETRY = 'mutation ($input: RetryFailedContractsInput!) { retryFailedContracts(input: $input) { __typename } }';
