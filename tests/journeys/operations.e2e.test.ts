// Every document of docs/operations is run through the gateway as the first page would: variables filled, the right person signed in.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExamples } from '@stromgraph/web/build';
import { type Example, fillVariables, type Moment } from '../../web/welcome/examples.ts';
import { type Environment, startEnvironment, withBalancing } from '../environment.ts';
import { calmClearingHouse } from '../outside.ts';

/** A list may be empty; these say that the example has something to show. */
const SHOWS: Readonly<Record<string, (data: any) => unknown>> = {
  'sign-in': ({ login }) => login.accessToken,
  'search-customers': ({ searchCustomers }) => searchCustomers.nodes[0],
  'customer-360': ({ customer }) => customer.contracts.nodes[0].contract.marketLocation.maloId,
  'open-positions': ({ openPositions }) => openPositions.nodes[0].gridArea.name,
  'delivery-day': ({ deliveryDay }) => deliveryDay.demandWattHours.length === deliveryDay.areas.length * deliveryDay.periods.length,
  'position-totals': ({ positionTotals }) => positionTotals.nodes.length === 4,
  'position-parts': ({ positionParts }) => positionParts.nodes[0].kind,
  'hedge-ratios': ({ hedgeRatios }) => hedgeRatios.length === 30, // five tenors of five areas and their sum
  'margin-plan': ({ marginPlan }) => marginPlan[0].demandWattHours > 0,
  'mark-to-market': ({ markToMarket }) => markToMarket.at(-1).gridArea === null,
  'import-contract': ({ importContract }) => importContract.draft.id,
  'record-trade': ({ recordTrade }) => recordTrade.trade.id,
  'start-billing-run': ({ startBillingRun }) => startBillingRun.run.total > 0,
  'notify-customer': ({ notifyCustomer }) => notifyCustomer.messages[0].id,
  'ingest-readings': ({ ingestReadings }) => ingestReadings.accepted === 3 && ingestReadings.rejected === 1,
  'nominate-schedule': ({ nominateSchedule }) => nominateSchedule.nomination.id,
  'assign-grid-area': ({ assignGridArea }) => assignGridArea.balancingGroup.code,
  'register-counterparty': ({ registerCounterparty }) => registerCounterparty.counterparty.eic,
  'set-tenor-limit': ({ setTenorLimit }) => setTenorLimit.limit.setBy,
  'balancing-groups': ({ balancingGroups }) => balancingGroups.nodes[0].gridAreas[0].name,
  usage: ({ usage }) => usage.complete,
  quote: ({ quote }) => quote.offers[0].price.campaign.id,
  'ingest-month': ({ ingestReadings }) => ingestReadings.batchId,
  'advance-clock': ({ advanceClock }) => advanceClock.clock.now,
  queues: ({ queueStates }) => queueStates.length > 10,
};
/** What has nothing to act on in a young demo, and says so. */
const REFUSED: Readonly<Record<string, string>> = { 'close-clearing-case': 'ClearingCaseNotFound', 'resend-mabis-report': 'MabisReportNotFound' };
/** A Tuesday: what is imported tomorrow is supplied on the last days of the month. Behind us, so that the demo's ids are older than the newcomer's. */
const TUESDAY = '2026-09-22T10:00:00Z';
/** Those that need what another one has made come after it; the clock is moved last, over weeks by the newcomer alone. */
const ORDER = ['start-billing-run', 'import-contract'];
const NEWCOMERS = 'advance-to-next-month';
const examples = readExamples();
const ordered = examples.filter(({ name }) => name !== NEWCOMERS).sort((a, b) => rank(a) - rank(b));
function rank({ name }: Example): number {
  if (ORDER.includes(name)) return 0;
  return name === 'advance-clock' ? 2 : 1;
}

/** Facts are waited for; how long they take is the machine's business. */
const PATIENT = { timeout: 60_000 };

let world: Environment;
let moment: Moment;
const tokens = new Map<string | null, string | null>([[null, null]]);
beforeAll(async () => {
  world = await startEnvironment({ customers: 30, days: 60, now: TUESDAY, env: withBalancing });
  for (const email of new Set(examples.map(({ signIn }) => signIn))) if (email) tokens.set(email, await world.signIn(email));
  moment = (await world.query(tokens.get('agent@demo.test')!, '{ businessClock { today now } }')).businessClock;
});
afterAll(() => world?.stop());

const ask = (example: Example, variables: unknown) => world.query(tokens.get(example.signIn)!, example.document, variables as object);

test('there is an example for every kind of user', () => {
  expect(new Set(examples.map(({ signIn }) => signIn)).size).toBe(6);
  expect(examples.length).toBeGreaterThan(30);
  expect(Object.keys(SHOWS).filter((name) => !examples.some((example) => example.name === name))).toEqual([]);
});

test("the queues' page opens with a pass that ops alone gets", async () => {
  const page = (path: string, headers: Record<string, string> = {}, method = 'GET') => fetch(`${world.origin}${path}`, { method, headers, redirect: 'manual' });
  const session = async (email: string) => page('/queues/session', { authorization: `Bearer ${tokens.get(email) ?? (await world.signIn(email))}` }, 'POST');

  const opened = await session('ops@demo.test');
  expect(opened.status).toBe(200);
  const [cookie] = opened.headers.getSetCookie();
  const [pass, ...attributes] = cookie!.split('; ');
  expect(pass).toMatch(/^stromgraph_queues=./);
  expect(attributes).toEqual(expect.arrayContaining(['Path=/queues', 'HttpOnly', 'SameSite=Strict']));

  const { url } = (await opened.json()) as { url: string };
  expect(await page('/queues', { cookie: pass! })).toMatchObject({ status: 302 });
  for (const path of [url, `${url}/`]) {
    const shown = await page(path, { cookie: pass! });
    expect([path, shown.status, shown.headers.get('content-type'), await shown.text()]).toEqual([path, 200, expect.stringContaining('text/html'), expect.stringContaining('Stromgraph queues')]);
  }
  for (const path of ['/queues', '/queues/', url, `${url}/api/queues`]) {
    const refused = await page(path);
    expect([path, refused.status, await refused.json()]).toEqual([path, 401, expect.objectContaining({ title: expect.stringContaining('POST /queues/session'), code: 'UNAUTHENTICATED', requestId: expect.any(String) })]);
  }
  const agents = await session('agent@demo.test');
  expect([agents.status, agents.headers.getSetCookie(), await agents.json()]).toEqual([403, [], expect.objectContaining({ title: 'This needs the scope operations.', code: 'FORBIDDEN' })]);
});

test.each(ordered.map((example) => [example.name, example] as const))('%s', async (name, example) => {
  expect(example.about.length).toBeGreaterThan(10);
  const variables = await fillVariables(example, examples, moment, ask);
  const data = /^\s*subscription\b/m.test(example.document) ? await firstEvent(example, variables as Record<string, unknown>) : await ask(example, variables);
  expect(data).toBeTruthy();
  for (const value of Object.values(data as object)) expect((value as { __typename?: string } | null)?.__typename ?? 'Success').toMatch(REFUSED[name] ?? /Success$/);
  if (SHOWS[name]) expect(SHOWS[name](data)).toBeTruthy();
});

const isLong = process.env.STROMGRAPH_LONG === '1';
if (!isLong) console.log('the newcomer\'s way from a contract to its bill is gone by npm run test:long; each of its steps but advance-to-next-month is run here');
test.runIf(isLong)('a newcomer takes the examples as they are: what is imported is supplied, measured and billed', { timeout: 240_000 }, async () => {
  await calmClearingHouse(world);
  const [agent, clerk] = ['agent@demo.test', 'billing@demo.test'].map((email) => tokens.get(email)!) as [string, string];
  const run = async (name: string): Promise<Record<string, any>> => {
    moment = (await world.query(agent, '{ businessClock { today now } }')).businessClock;
    const example = examples.find((each) => each.name === name)!;
    const variables = await fillVariables(example, examples, moment, ask);
    return { variables, ...((await ask(example, variables)) as object) };
  };
  const { id } = (await run('import-contract'))['importContract'].draft;
  const contract = async () => (await world.query(agent, 'query ($id: ID!) { contract(id: $id) { state startOn meterNumber billingInterval meters { nodes { kind } } } }', { id })).contract;
  await expect.poll(contract, PATIENT).toMatchObject({ state: 'CONFIRMED', startOn: '2026-09-25', billingInterval: 'MONTHLY' });
  expect((await run(NEWCOMERS))['advanceClock']).toMatchObject({ __typename: 'AdvanceClockSuccess' });
  await expect.poll(contract, PATIENT).toMatchObject({ state: 'ACTIVE', meters: { nodes: [{ kind: 'SMART' }] } });
  const { meterNumber } = await contract();

  // Both choose the newest contract that can be measured: the newcomer's.
  const month = await run('ingest-month');
  const days = ['2026-09-25', '2026-09-26', '2026-09-27', '2026-09-28', '2026-09-29', '2026-09-30'];
  expect([month['variables'].input.intervals[0].meterNumber, month['ingestReadings']]).toMatchObject([meterNumber, { accepted: 96 * days.length, rejected: 96 * (30 - days.length) }]);
  const hour = await run('ingest-readings');
  expect([hour['variables'].input.intervals[0].meterNumber, hour['ingestReadings']]).toMatchObject([meterNumber, { accepted: 3, rejected: 1 }]);
  const { variables, usage } = await run('usage');
  expect([variables.contractId, usage.wattHours.slice(-days.length)]).toEqual([id, days.map(() => 9_600)]);

  const invoices = async () => {
    await run('start-billing-run'); // refused while another goes on
    return (await world.query(clerk, 'query ($id: ID!) { invoices(contractId: $id) { nodes { from until wattHours } } }', { id })).invoices.nodes;
  };
  await expect.poll(invoices, { ...PATIENT, interval: 500 }).toEqual([{ from: '2026-09-25', until: '2026-10-01', wattHours: 9_600 * days.length }]);
});

async function firstEvent(example: Example, variables: Record<string, unknown>): Promise<unknown> {
  const events = world.subscribe(tokens.get(example.signIn)!, example.document, variables);
  const { value } = await events.next();
  await events.return(undefined);
  return value;
}
