import { afterAll, beforeAll, expect, test } from 'vitest';
import { InvoiceCreated } from '@stromgraph/events/billing';
import { ContractActivated, ContractCancelled, ContractConfirmed, ContractTerminated, type SealedParties, SwitchFailed } from '@stromgraph/events/contracts';
import { NotificationBounced, NotificationSent } from '@stromgraph/events/messaging';
import { MeterExchanged, MeterInstalled, MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { PriceVersionPublished } from '@stromgraph/events/pricing';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { seal } from '@stromgraph/kernel/seal';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { PrismaClient } from '@stromgraph/prisma-customers/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { aConfirmedContract, type Confirmed } from '../../tests/build/contract-confirmed.ts';
import { testDatabase, type TestDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { listen } from '../../tests/listen.ts';
import { indexCustomers } from './actions/index-customers.ts';
import { handlers } from './handlers/index.ts';
import type { CustomersRuntime } from './runtime.ts';
import { startServer } from './server.ts';

let database: TestDatabase;
let runtime: CustomersRuntime;
let server: Subgraph;
const agent = actorWith('customers:read');
const db = () => runtime.tenants.get('demo')!.db;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-21T09:00:00Z');
  runtime = await database.runtime('customers', PrismaClient);
  server = await startServer(runtime);
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

const address = { street: 'Domstraße', houseNumber: '1', postalCode: '50667', city: 'Köln', district: null, country: 'DE' };
const parties = (change: Partial<SealedParties> = {}): SealedParties => ({
  salutation: 'Frau', firstName: 'Anna', lastName: 'Müller', company: null, email: 'Anna@Example.test', phone: '0221 12345', locale: 'de-DE',
  deliveryAddress: address, billingAddress: address, iban: 'DE02 1203 0000 0000 2020 51', mandateReference: null, mandateSignedAt: null, ...change,
});

/** A contract that the market has confirmed, as customers hears of it. */
async function confirm(change: Partial<Confirmed> = {}, people: Partial<SealedParties> = {}): Promise<Confirmed> {
  const contract = aConfirmedContract(change);
  const sealed = await seal(db(), runtime.keyring, contract.customerId, JSON.stringify(parties(people)));
  const data = { ...contract, sealed };
  await tell(database.owner, ContractConfirmed, { aggregateType: 'contract', aggregateId: data.contractId, data });
  await apply();
  return data;
}
const apply = () => applyEvents(runtime, handlers);
const about = (type: Parameters<typeof tell>[1], aggregateId: string, data: object) => tell(database.owner, type, { aggregateType: 'test', aggregateId, data });
const installed = ({ contractId, customerId, maloId, meterNumber }: Confirmed) => {
  const meterId = newId();
  return about(MeterInstalled, meterId, { meterId, meterNumber, contractId, customerId, maloId, from: '2026-10-01', registers: ['1-1:1.29.0'] });
};
const invoiced = ({ contractId, customerId, price }: Confirmed, grossCents: string, invoiceNumber = `R-${newId().slice(-8)}`, type = 'FINAL') =>
  about(InvoiceCreated, contractId, {
    invoiceId: newId(), invoiceNumber, type, contractId, customerId, campaignId: price.campaignId, tariffId: price.tariffId, from: '2026-10-01', until: '2026-11-01', issuedOn: '2026-11-02', dueOn: '2026-11-16',
    wattHours: '300000', netCents: grossCents, vatCents: '0', grossCents, runId: null,
  });

const CUSTOMER = `query ($id: ID!) { customer(id: $id) {
  id number kind name salutation email phone maskedIban activeContracts billingStatus version createdAt erasedAt
  address { street houseNumber postalCode city } balance { cents currency }
  accounts { nodes { name balance { cents } activeContracts } } premises { nodes { address { city } maloIds meters { number installedOn meter { id } } all: meters(removed: true) { number removedOn } } }
  contracts { nodes { contract { id } number relation active tariffName startOn premise { address { street } } prices { validFrom workingPriceCtPerKwh fixFeeCentsPerMonth fixedBonus { cents } newerOnOffer } } }
  timeline(first: 20) { nodes { type payload performedBy } } } }`;
const customer = async (id: string, actor = agent) => (await ask(server.url, actor, CUSTOMER, { id })).data?.customer;
const types = async (id: string) => (await customer(id)).timeline.nodes.map(({ type }: { type: string }) => type);

test('a confirmed contract makes the customer, with a number for people, once', async () => {
  const first = await confirm();
  const found = await customer(first.customerId);
  expect(found).toMatchObject({
    kind: 'INDIVIDUAL', name: 'Anna Müller', salutation: 'Frau', email: 'anna@example.test', phone: '+4922112345', maskedIban: 'DE** **** 2051',
    number: expect.stringMatching(/^K-\d{6}$/), activeContracts: 0, billingStatus: 'CURRENT', balance: { cents: 0, currency: 'EUR' }, address: { city: 'Köln' }, erasedAt: null,
    createdAt: '2026-11-21T09:00:00.000Z', accounts: { nodes: [{ name: 'Anna Müller' }] },
    premises: { nodes: [{ address: { city: 'Köln' }, maloIds: [first.maloId], meters: [], all: [] }] },
    contracts: { nodes: [{ contract: { id: first.contractId }, number: first.contractNumber, relation: 'OWNER', active: false, premise: { address: { street: 'Domstraße' } },
      prices: [{ validFrom: '2026-10-01', workingPriceCtPerKwh: '30', fixFeeCentsPerMonth: '1000', fixedBonus: { cents: 0 }, newerOnOffer: false }] }] },
    timeline: { nodes: [{ type: 'CONTRACT_CONFIRMED', performedBy: 'contracts' }] },
  });
  const second = await confirm({ customerId: first.customerId }, { firstName: 'Somebody', lastName: 'Else' });
  const again = await customer(first.customerId);
  expect(again).toMatchObject({ name: 'Anna Müller', number: found.number });
  expect(again.contracts.nodes.map(({ number }: { number: string }) => number)).toEqual([second.contractNumber, first.contractNumber]);
  expect(again.premises.nodes, 'the same address is one premise').toHaveLength(1);
});

test('nothing that could be sealed stands in the tables', async () => {
  const { customerId } = await confirm();
  const { rows } = await database.owner.query(`SELECT to_jsonb(c)::text || (SELECT string_agg(e.payload::text, '') FROM customers.customer_event e WHERE e.customer_id = c.id) || to_jsonb(d)::text AS all
    FROM customers.customer c JOIN customers.search_document d ON d.customer_id = c.id WHERE c.id = $1`, [customerId]);
  for (const secret of ['example.test', '22112345', '2020 51', '00202051']) expect(rows[0].all.toLowerCase()).not.toContain(secret);
});

test('the start of supply makes a contract active, and the database counts', async () => {
  const contract = await confirm();
  await about(ContractActivated, contract.contractId, { contractId: contract.contractId, contractNumber: contract.contractNumber, customerId: contract.customerId, startOn: '2026-10-01' });
  await apply();
  expect(await customer(contract.customerId)).toMatchObject({ activeContracts: 1, contracts: { nodes: [{ active: true }] }, accounts: { nodes: [{ activeContracts: 1 }] } });
  expect(await types(contract.customerId)).toEqual(['CONTRACT_ACTIVATED', 'CONTRACT_CONFIRMED']);
});

test('whoever looks sees until when a contract supplies, and that one never begins', async () => {
  const [ending, cancelled] = [await confirm(), await confirm()];
  const of = ({ contractId, contractNumber, customerId }: Confirmed) => ({ contractId, contractNumber, customerId });
  await about(ContractTerminated, ending.contractId, { ...of(ending), endOn: '2027-01-01', reason: 'MOVE_OUT' });
  await about(ContractCancelled, cancelled.contractId, { ...of(cancelled), startOn: cancelled.startOn, reason: 'REVOCATION' });
  await apply();
  expect(await types(ending.customerId)).toEqual(['CONTRACT_TERMINATED', 'CONTRACT_CONFIRMED']);
  expect((await customer(cancelled.customerId)).timeline.nodes[0]).toMatchObject({ type: 'CONTRACT_CANCELLED', payload: { reason: 'REVOCATION', startOn: cancelled.startOn } });
  expect((await database.owner.query('SELECT end_on::text AS end, active FROM customers.contract_ref WHERE contract_id = ANY ($1) ORDER BY end_on', [[ending.contractId, cancelled.contractId]])).rows).toEqual([{ end: '2027-01-01', active: false }, { end: null, active: false }]);
});

test('who was refused by the market can be found, and why', async () => {
  const [customerId, contractId] = [newId(), newId()];
  const sealed = await seal(db(), runtime.keyring, customerId, JSON.stringify(parties({ lastName: 'Abgelehnt', email: null, phone: null, iban: null })));
  await about(SwitchFailed, contractId, { contractId, customerId, processId: newId(), maloId: '41373559241', codeList: 'E_0615', code: 'A02', reason: 'Die Marktlokation ist unbekannt', sealed });
  await apply();
  expect(await customer(customerId)).toMatchObject({ name: 'Anna Abgelehnt', email: null, contracts: { nodes: [] }, timeline: { nodes: [{ type: 'SWITCH_FAILED', payload: { code: 'A02', codeList: 'E_0615' } }] } });
  expect((await search('Abgelehnt')).nodes).toEqual([{ id: customerId }]);
});

test('a meter that was exchanged, or measures for somebody else now, is listed only where it is asked for', async () => {
  const [contract, next] = [await confirm(), await confirm()];
  const [meterId, other] = [newId(), newId()];
  const hung = ({ contractId, customerId, maloId }: Confirmed, id: string, meterNumber: string, from: string) => about(MeterInstalled, id, { meterId: id, meterNumber, contractId, customerId, maloId, from, registers: [] });
  await hung(contract, meterId, '1OLD0000000001', '2026-10-01');
  await hung(contract, other, '1OLD0000000002', '2026-10-02');
  await about(MeterExchanged, newId(), { exchangeId: newId(), oldMeterId: meterId, newMeterId: newId(), maloId: contract.maloId, exchangedAt: '2026-11-05T11:00:00Z', finalWattHours: '1', startWattHours: '0' });
  await hung(next, other, '1OLD0000000002', '2026-11-07');
  await apply();
  const [{ premises: { nodes: [before] } }, { premises: { nodes: [after] } }] = [await customer(contract.customerId), await customer(next.customerId)];
  expect([before.meters, before.all]).toEqual([[], [{ number: '1OLD0000000001', removedOn: '2026-11-05' }, { number: '1OLD0000000002', removedOn: '2026-11-07' }]]);
  expect(after.all).toEqual([{ number: '1OLD0000000002', removedOn: null }]);
  await expect(database.owner.query(`UPDATE customers.premise_meter SET removed_on = '2026-09-30' WHERE meter_id = $1`, [meterId])).rejects.toMatchObject({ constraint: 'meters_are_removed_after_they_came' });
});

test('meters and readings are in the timeline, one entry for a batch', async () => {
  const contract = await confirm();
  await installed(contract);
  const batch = { batchId: newId(), meterId: newId(), meterNumber: contract.meterNumber, contractId: contract.contractId, customerId: contract.customerId, maloId: contract.maloId };
  const day = (on: string) => ({ obis: '1-1:1.29.0', day: on, version: 1, wattHours: Array(96).fill(100), statuses: Array(96).fill('TRUE') });
  await about(MeterReadingIngested, batch.meterId, { ...batch, days: [day('2026-11-02'), day('2026-11-01')], registers: [] });
  await about(MeterReadingIngested, newId(), { ...batch, customerId: null, contractId: null, days: [], registers: [] });
  await about(ReadingCorrected, batch.meterId, { ...batch, cause: 'SUBSTITUTED', days: [], registers: [{ obis: '1-1:1.8.0', readAt: '2026-11-01T00:00:00Z', wattHours: '1000', quality: 'MEASURED' }] });
  await apply();
  const found = await customer(contract.customerId);
  expect(found.premises.nodes[0].meters).toEqual([{ number: contract.meterNumber, installedOn: '2026-10-01', meter: { id: expect.any(String) } }]);
  expect(found.timeline.nodes.map(({ type, payload }: any) => [type, payload.days ?? payload.registers ?? payload.from])).toEqual([
    ['METER_READING_CORRECTED', 1], ['METER_READING_INGESTED', 2], ['METER_INSTALLED', '2026-10-01'], ['CONTRACT_CONFIRMED', undefined],
  ]);
  expect(found.timeline.nodes[1].payload).toMatchObject({ batchId: batch.batchId, from: '2026-11-01', until: '2026-11-02' });
});

test('an invoice raises the balance, a credit lowers it, each exactly once', async () => {
  const contract = await confirm();
  await invoiced(contract, '11900');
  await invoiced(contract, '5000');
  await invoiced(contract, '-11900', 'G-1', 'CREDIT');
  await apply();
  await database.owner.query('UPDATE customers.hearer_cursor SET position = position'); // a second look changes nothing
  await apply();
  expect(await customer(contract.customerId)).toMatchObject({ balance: { cents: 5000 }, accounts: { nodes: [{ balance: { cents: 5000 } }] } });
  expect(await types(contract.customerId)).toEqual(['INVOICE_ISSUED', 'INVOICE_ISSUED', 'INVOICE_ISSUED', 'CONTRACT_CONFIRMED']);
});

test('messages are in the timeline with their reason, not their text', async () => {
  const { customerId } = await confirm();
  const message = { messageId: newId(), customerId, template: 'invoice', channel: 'EMAIL', at: '2026-11-21T09:00:00Z' };
  await about(NotificationSent, message.messageId, message);
  await about(NotificationBounced, message.messageId, { ...message, reason: 'mailbox full' });
  await about(NotificationSent, newId(), { ...message, customerId: null });
  await apply();
  const [bounced, sent] = (await customer(customerId)).timeline.nodes;
  expect(bounced).toMatchObject({ type: 'MESSAGE_BOUNCED', payload: { reason: 'mailbox full', template: 'invoice' }, performedBy: 'messaging' });
  expect(sent).toMatchObject({ type: 'MESSAGE_SENT', payload: { channel: 'EMAIL' } });
});

test('a newer price version of the tariff on offer is shown beside the agreed price', async () => {
  const contract = await confirm();
  const { campaignId, tariffId } = contract.price;
  const version = { tariffId, channel: 'WEB', validUntil: null };
  await about(PriceVersionPublished, campaignId, { ...version, campaignId, validFrom: '2026-09-01' });
  await about(PriceVersionPublished, newId(), { ...version, campaignId: newId(), validFrom: '2026-12-01' });
  await apply();
  const newer = async () => (await customer(contract.customerId)).contracts.nodes[0].prices[0].newerOnOffer;
  expect(await newer(), 'it begins later').toBe(false);
  await about(PriceVersionPublished, newId(), { ...version, campaignId: newId(), validFrom: '2026-11-01' });
  await apply();
  expect(await newer()).toBe(true);
});

const SEARCH = `query ($text: String!, $filters: CustomerFilters, $first: Int! = 20, $after: String) { searchCustomers(text: $text, filters: $filters, first: $first, after: $after) {
  nodes { id } edges { highlights { field fragments { text matched } } } pageInfo { hasNextPage endCursor } } }`;
const search = async (text: string, more: object = {}, actor = agent) => {
  const { data, errors } = await ask(server.url, actor, SEARCH, { text, ...more });
  if (errors) throw new Error(errors[0]!.extensions.code);
  return data.searchCustomers;
};

test('one box finds a customer by everything that is known', async () => {
  const contract = await confirm({}, { firstName: 'Theodora', lastName: 'Quitzow', email: 'theo@quitzow.test', phone: '+49 30 998877', deliveryAddress: { ...address, street: 'Ährenweg' } });
  await installed(contract);
  await invoiced(contract, '100', 'R-2026-000777');
  await apply();
  const { number } = await customer(contract.customerId);
  const ways = ['Quitzow', 'quitzow theodora', 'Kwitzow', 'Theodra Quitzov', 'Aehrenweg', 'ährenweg köln', 'theo@quitzow.test', ' THEO@quitzow.TEST ', '030 998877', '+4930998877',
    number, number.toLowerCase(), contract.contractNumber, contract.meterNumber, 'R-2026-000777'];
  for (const way of ways) expect((await search(way)).nodes, way).toContainEqual({ id: contract.customerId });
  expect((await search(contract.maloId)).nodes.length).toBeGreaterThan(1); // the builder gives all the same market location
  for (const way of ['Nobody', 'other@quitzow.test', 'K-999999', '030 998878', 'Quitzow Hamburg']) expect((await search(way)).nodes, way).toEqual([]);
  const { edges } = await search('kwitzow');
  expect(edges[0].highlights).toEqual([{ field: 'NAME', fragments: [{ text: 'Theodora ', matched: false }, { text: 'Quitzow', matched: true }] }]);
  expect((await search('R-2026-000777')).edges[0].highlights).toContainEqual({ field: 'NUMBER', fragments: [{ text: 'R-2026-000777', matched: true }] });
});

test('pages follow one another without gap or repetition, best matches first', async () => {
  for (let nth = 0; nth < 7; nth += 1) await confirm({}, { firstName: `Name${nth}`, lastName: nth === 3 ? 'Zwölfer' : 'Zwölfering', email: null });
  const whole = (await search('Zwölfer')).nodes.map(({ id }: { id: string }) => id);
  expect(whole).toHaveLength(7);
  const paged: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page = await search('Zwölfer', { first: 3, after });
    paged.push(...page.nodes.map(({ id }: { id: string }) => id));
    ({ hasNextPage: more, endCursor: after } = page.pageInfo);
  }
  expect(paged).toEqual(whole);
  expect((await customer(whole[0]!)).name).toBe('Name3 Zwölfer');
});

test('filters narrow a search, also an empty one', async () => {
  const hamburg = await confirm({}, { lastName: 'Filtermann', billingAddress: { ...address, city: 'Hamburg', postalCode: '20095' } });
  const cologne = await confirm({}, { lastName: 'Filtermann' });
  await database.owner.query(`UPDATE customers.customer SET billing_status = 'OVERDUE' WHERE id = $1`, [cologne.customerId]);
  await database.owner.query(`SELECT customers.refresh_search(ARRAY[$1::uuid])`, [cologne.customerId]);
  const ids = async (text: string, filters: object) => (await search(text, { filters })).nodes.map(({ id }: { id: string }) => id);
  expect(await ids('Filtermann', { city: 'hamburg' })).toEqual([hamburg.customerId]);
  expect(await ids('', { billingStatus: 'OVERDUE' })).toEqual([cologne.customerId]);
  expect(await ids('Filtermann', { tariffId: hamburg.price.tariffId })).toEqual([hamburg.customerId]);
  expect(await ids('Filtermann', { tariffId: newId() })).toEqual([]);
});

test.each([
  [{ text: 'x'.repeat(201) }],
  [{ text: 'x', first: 0 }],
  [{ text: 'x', first: 501 }],
  [{ text: 'x', after: 'nonsense' }],
  [{ text: 'x', after: Buffer.from('["9","x"]').toString('base64url') }],
  [{ text: 'x', filters: { tariffId: 'x' } }],
])('a search that cannot be: %o', async ({ text, ...more }) => {
  await expect(search(text, more)).rejects.toThrow('BAD_USER_INPUT');
});

test.each(["'; DROP TABLE customers.customer; --", '%_\\', '{}()[]*+?', '"quoted" words', '​', 'Ω≈ç√∫˜µ', '-7', '()'])('odd text finds nothing and breaks nothing: %s', async (text) => {
  expect((await search(text)).nodes).toEqual([]);
});

test('the search can be dropped and made anew', async () => {
  const { customerId } = await confirm({}, { lastName: 'Wiederaufbau' });
  const before = await search('Wiederaufbau');
  await database.owner.query('DELETE FROM customers.search_document');
  expect((await search('Wiederaufbau')).nodes).toEqual([]);
  expect(await indexCustomers(db())).toBeGreaterThan(1);
  expect(await search('Wiederaufbau')).toEqual(before);
  expect(before.nodes).toEqual([{ id: customerId }]);
});

test('a customer sees the own record and timeline and finds nobody else', async () => {
  const [mine, other] = [await confirm({}, { lastName: 'Eigentum' }), await confirm({}, { lastName: 'Eigentum' })];
  const own = { ...agent, customerId: mine.customerId };
  expect(await customer(mine.customerId, own)).toMatchObject({ name: 'Anna Eigentum', email: 'anna@example.test', contracts: { nodes: [{ number: mine.contractNumber }] }, timeline: { nodes: [{ type: 'CONTRACT_CONFIRMED' }] } });
  expect(await customer(other.customerId, own)).toBeNull();
  expect((await search('Eigentum', {}, own)).nodes).toEqual([{ id: mine.customerId }]);
  const entities = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer { name email } } }`;
  const { data } = await ask(server.url, own, entities, { of: [mine, other].map(({ customerId: id }) => ({ __typename: 'Customer', id })) });
  expect(data._entities).toEqual([{ name: 'Anna Eigentum', email: 'anna@example.test' }, null]);
  const ownDb = runtime.tenants.get('demo')!.own(mine.customerId);
  for (const table of ['customer', 'account', 'premise', 'premise_market_location', 'contract_ref', 'customer_pricing', 'customer_event', 'search_document']) {
    const { rows } = await ownDb.query<{ of: string }>(`SELECT ${table === 'customer' ? 'id' : 'customer_id'} AS of FROM customers.${table}`);
    expect([...new Set(rows.map((row) => row.of))], table).toEqual([mine.customerId]);
    expect((await runtime.tenants.get('demo')!.own(newId()).query(`SELECT * FROM customers.${table}`)).rows, table).toEqual([]);
    await expect(ownDb.query(`DELETE FROM customers.${table}`), table).rejects.toThrow(/not open to customers|read-only/);
  }
  expect((await ask(server.url, actorWith('billing:read'), CUSTOMER, { id: mine.customerId })).errors![0]!.extensions.code).toBe('FORBIDDEN');
  expect((await ask(server.url, null, entities, { of: [{ __typename: 'Customer', id: mine.customerId }] })).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
});

test('a timeline is watched as it grows, from where a client left off', async () => {
  const contract = await confirm();
  const watch = (variables: object, actor = agent) =>
    listen(server.url, actor, `subscription ($id: ID!, $after: SafeInt) { customerEventAdded(customerId: $id, afterSeq: $after) { seq reset customer { name balance { cents } } events { type seq } } }`, { id: contract.customerId, ...variables });
  const stream = watch({});
  const { customerEventAdded: first } = await stream.next();
  expect(first).toMatchObject({ reset: true, customer: { name: 'Anna Müller' }, events: [{ type: 'CONTRACT_CONFIRMED' }] });
  await invoiced(await confirm(), '100'); // somebody else's
  await invoiced(contract, '100');
  const { customerEventAdded: second } = await stream.next();
  expect(second).toMatchObject({ reset: false, events: [{ type: 'INVOICE_ISSUED', seq: second.seq }] });
  expect(second.seq).toBeGreaterThan(first.seq);
  await stream.stop();
  const resumed = watch({ after: first.seq });
  expect((await resumed.next()).customerEventAdded).toMatchObject({ reset: false, seq: second.seq, events: [{ type: 'INVOICE_ISSUED' }] });
  await resumed.stop();
  const stranger = watch({}, { ...agent, customerId: newId() });
  await expect(stranger.next()).rejects.toThrow('BAD_USER_INPUT');
  await stranger.stop();
});

test('pages of a timeline, narrowed to types', async () => {
  const contract = await confirm();
  for (let nth = 0; nth < 4; nth += 1) await invoiced(contract, '100');
  await apply();
  const page = async (after: string | null) =>
    (await ask(server.url, agent, `query ($id: ID!, $after: String) { customer(id: $id) { timeline(types: [INVOICE_ISSUED], first: 3, after: $after) { nodes { id type } pageInfo { hasNextPage endCursor } } } }`, { id: contract.customerId, after }));
  const first = (await page(null)).data.customer.timeline;
  expect(first).toMatchObject({ nodes: [{ type: 'INVOICE_ISSUED' }, {}, {}], pageInfo: { hasNextPage: true } });
  expect((await page(first.pageInfo.endCursor)).data.customer.timeline).toMatchObject({ nodes: [{ type: 'INVOICE_ISSUED' }], pageInfo: { hasNextPage: false } });
  expect((await page('x')).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
});
