// Every document of docs/operations is run through the gateway as the first page would: variables filled, the right person signed in.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExamples } from '@stromgraph/web/build';
import { type Example, fillVariables } from '../../web/welcome/examples.ts';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type Environment, startEnvironment } from '../environment.ts';
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
  'import-contract': ({ importContract }) => importContract.draft.id,
  'record-trade': ({ recordTrade }) => recordTrade.trade.id,
  'start-billing-run': ({ startBillingRun }) => startBillingRun.run.total > 0,
  'notify-customer': ({ notifyCustomer }) => notifyCustomer.messages[0].id,
  'ingest-readings': ({ ingestReadings }) => ingestReadings.accepted === 3 && ingestReadings.rejected === 1,
  usage: ({ usage }) => usage.complete,
  quote: ({ quote }) => quote.offers[0].price.campaign.id,
  'advance-clock': ({ advanceClock }) => advanceClock.clock.now,
  queues: ({ queueStates }) => queueStates.length > 10,
};
/** Those that need what another one has made come after it; the clock is moved last. */
const ORDER = ['start-billing-run', 'import-contract'];
const examples = readExamples();
const ordered = [...examples].sort((a, b) => rank(a) - rank(b));
function rank({ name }: Example): number {
  if (ORDER.includes(name)) return 0;
  return name === 'advance-clock' ? 2 : 1;
}

let world: Environment;
let today: string;
const tokens = new Map<string | null, string | null>([[null, null]]);
beforeAll(async () => {
  world = await startEnvironment({ customers: 30, days: 60 });
  for (const email of new Set(examples.map(({ signIn }) => signIn))) if (email) tokens.set(email, await world.signIn(email));
  ({ today } = (await world.query(tokens.get('agent@demo.test')!, '{ businessClock { today } }')).businessClock);
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
  const variables = await fillVariables(example, examples, { today }, ask);
  const data = /^\s*subscription\b/m.test(example.document) ? await firstEvent(example, variables as Record<string, unknown>) : await ask(example, variables);
  expect(data).toBeTruthy();
  for (const value of Object.values(data as object)) expect((value as { __typename?: string } | null)?.__typename ?? 'Success').toMatch(/Success$/);
  if (SHOWS[name]) expect(SHOWS[name](data)).toBeTruthy();
});

test('what the example imports can be measured by the example of readings, and billed', { timeout: 120_000 }, async () => {
  await calmClearingHouse(world);
  const [agent, clerk, admin] = ['agent@demo.test', 'billing@demo.test', 'admin@demo.test'].map((email) => tokens.get(email)!) as [string, string, string];
  const run = async (name: string) => {
    ({ today } = (await world.query(agent, '{ businessClock { today } }')).businessClock);
    const example = examples.find((each) => each.name === name)!;
    const variables = (await fillVariables(example, examples, { today }, ask)) as { input: Record<string, any> };
    return { variables, answer: await ask(example, variables) as Record<string, any> };
  };
  const { id } = (await run('import-contract')).answer['importContract'].draft;
  const contract = async () => (await world.query(agent, 'query ($id: ID!) { contract(id: $id) { state startOn meterNumber billingInterval } }', { id })).contract;
  await expect.poll(contract, { timeout: 30_000 }).toMatchObject({ state: 'CONFIRMED', billingInterval: 'MONTHLY' });
  const { startOn, meterNumber } = await contract();
  await world.advanceClock(admin, startOfDay(startOn));
  await run('advance-clock');
  await expect.poll(contract).toMatchObject({ state: 'ACTIVE' });

  // The newest contract that can be measured is the newcomer's.
  const hour = await run('ingest-readings');
  expect([hour.variables.input['intervals'][0].meterNumber, hour.answer['ingestReadings']]).toMatchObject([meterNumber, { accepted: 3, rejected: 1 }]);

  const day = { meterNumber, obis: '1-0:1.29.0', start: startOfDay(startOn), minutes: 15, wattHours: quarterHoursOf(startOn).map(() => 100), status: 'TRUE' };
  const example = (name: string) => examples.find((each) => each.name === name)!.document;
  const { ingestReadings } = await world.query(agent, example('ingest-readings'), { input: { idempotencyKey: crypto.randomUUID(), intervals: [day] } });
  expect(ingestReadings).toMatchObject({ accepted: day.wattHours.length, rejected: 0 });
  const input = { kind: 'MONTHLY', from: startOn, until: addDays(startOn, 1), contractIds: [id] };
  const invoices = async () => {
    await world.query(clerk, example('start-billing-run'), { input: { ...input, idempotencyKey: crypto.randomUUID() } }); // refused while another goes on
    return (await world.query(clerk, 'query ($id: ID!) { invoices(contractId: $id) { nodes { from wattHours } } }', { id })).invoices.nodes;
  };
  await expect.poll(invoices, { timeout: 60_000, interval: 500 }).toEqual([{ from: startOn, wattHours: 100 * day.wattHours.length }]);
});

async function firstEvent(example: Example, variables: Record<string, unknown>): Promise<unknown> {
  const events = world.subscribe(tokens.get(example.signIn)!, example.document, variables);
  const { value } = await events.next();
  await events.return(undefined);
  return value;
}
