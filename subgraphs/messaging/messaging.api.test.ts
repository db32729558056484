// Events and commands in, mails out, with the mail server as simulator.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { InvoiceCreated } from '@stromgraph/events/billing';
import { ContractActivated, ContractConfirmed, SubmissionLate, SwitchFailed } from '@stromgraph/events/contracts';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { wakeDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { startRelay } from '@stromgraph/kernel/relay';
import { seal } from '@stromgraph/kernel/seal';
import { PrismaClient } from '@stromgraph/prisma-messaging/client';
import { startMail } from '@stromgraph/simulators/mail/server';
import { actorWith, ask } from '../../tests/ask.ts';
import { aConfirmedContract } from '../../tests/build/contract-confirmed.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { listen } from '../../tests/listen.ts';
import { waitFor } from '../../tests/wait.ts';
import { handlers } from './handlers/index.ts';
import type { MessagingRuntime } from './runtime.ts';
import { startServer } from './server.ts';
import { startWorkers } from './worker.ts';

const NOW = '2026-11-24T09:00:00Z';
const agent = actorWith('messaging:read', 'messaging:write');
const reader = actorWith('messaging:read');

let database: TestDatabase;
let runtime: MessagingRuntime;
let url: string;
let mail: Awaited<ReturnType<typeof startMail>>;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(NOW);
  mail = await startMail({ now: NOW });
  runtime = await database.runtime('messaging', PrismaClient, { STROMGRAPH_SMTP_URL: `smtp://127.0.0.1:${mail.smtpPort}`, STROMGRAPH_MAIL_FROM: 'Strom & Graph <post@stromgraph.test>', STROMGRAPH_LOG_LEVEL: 'silent' });
  const subgraph = await startServer(runtime);
  url = subgraph.url;
  const workers = await startWorkers(runtime);
  const relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  stops.push(relay.stop, workers.stop, subgraph.stop, () => mail.stop());
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await database.drop();
});
beforeEach(async () => {
  await advanceTo(NOW);
  await database.owner.query('UPDATE messaging.provider SET failures = 0, open_until = NULL'); // the clock went back, unlike in life
  await control({ slowMs: 0, fail: null, rejectNext: null, rejectRecipients: {}, dropAfterData: null, greylist: false });
});

async function control(changes: object): Promise<void> {
  const response = await fetch(`${mail.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(changes) });
  if (!response.ok) throw new Error(await response.text());
}
/** Timers of a second would find it too. */
async function advanceTo(at: string): Promise<void> {
  await database.setClock(at);
  await wakeDue(runtime, 'demo', 'messaging');
}
const mailsTo = async (address: string): Promise<any[]> => ((await (await fetch(`${mail.url}/_messages?to=${encodeURIComponent(address)}`)).json()) as { messages: any[] }).messages;
const mailTo = (address: string, count = 1) => waitFor(`mail ${count} to ${address}`, async () => (await mailsTo(address))[count - 1]);
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

let people = 0;
async function aCustomer(change: { email?: string | null; firstName?: string | null; lastName?: string | null; company?: string | null; locale?: 'de-DE' | 'en-US'; customerId?: string } = {}) {
  const { customerId = newId(), ...contact } = change;
  const email = change.email === undefined ? `anna.${++people}@example.test` : change.email;
  const address = { street: 'Weg', houseNumber: '1', postalCode: '24103', city: 'Kiel', district: null, country: 'DE' };
  const parties = {
    salutation: null, firstName: 'Änne', lastName: 'Großmann', company: null, phone: null, locale: 'de-DE', ...contact, email, deliveryAddress: address, billingAddress: address, iban: null, mandateReference: null, mandateSignedAt: null,
  };
  return { customerId, email: email ?? '', sealed: await seal(runtime.tenants.get('demo')!.db, runtime.keyring, customerId, JSON.stringify(parties)) };
}
/** Told by the first event about a customer, as in life. */
async function aKnownCustomer(change: Parameters<typeof aCustomer>[0] = {}) {
  const customer = await aCustomer(change);
  await hear(ContractConfirmed, aConfirmedContract({ customerId: customer.customerId, sealed: customer.sealed }));
  return customer;
}
async function hear(type: Parameters<typeof tell>[1], data: any): Promise<void> {
  await tell(database.owner, type, { aggregateType: 'contract', aggregateId: data.contractId ?? data.invoiceId, data });
  await applyEvents(runtime, handlers);
  await wakeDue(runtime, 'demo', 'messaging');
}
const anInvoice = (customerId: string, change: object = {}) => ({
  invoiceId: newId(), invoiceNumber: 'RE-2026-000042', type: 'FINAL' as const, contractId: newId(), customerId, campaignId: newId(), tariffId: newId(), from: '2026-11-01', until: '2026-12-01', issuedOn: '2026-12-02', dueOn: '2026-12-16',
  wattHours: '291000', netCents: '103742', vatCents: '19711', grossCents: '123453', runId: null, ...change,
});

const MESSAGE = 'id template { name version locale } channel status unconfirmed reason attempts providerId customer { id } tries { attempt result resultCode }';
async function messagesOf(customerId: string): Promise<any[]> {
  const { data, errors } = await ask(url, reader, `query ($id: ID) { messages(customerId: $id) { nodes { ${MESSAGE} } } }`, { id: customerId });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.messages.nodes;
}
const messageWith = (customerId: string, wanted: object) =>
  waitFor(`${JSON.stringify(wanted)}`, async () => {
    const [newest] = await messagesOf(customerId);
    return newest && Object.entries(wanted).every(([key, value]) => newest[key] === value) && newest;
  });
async function notify(input: object, actor = agent): Promise<any> {
  const { data, errors } = await ask(
    url,
    actor,
    `mutation ($input: NotifyCustomerInput!) { notifyCustomer(input: $input) { __typename
      ... on NotifyCustomerSuccess { messages { ${MESSAGE} } previews { channel locale subject html text template { name } } }
      ... on Problem { message } ... on VariablesMissing { missing } ... on NoChannelAllowed { refusals { channel reason } } ... on InputInvalid { faults { path fault allowed } } ... on IdempotencyKeyReused { idempotencyKey } } }`,
    { input: { idempotencyKey: newId(), template: 'service-notice', variables: { subject: 'Wartung', body: 'Am Samstag.' }, ...input } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.notifyCustomer;
}

test('a confirmed contract makes a mail in the language of the customer, umlauts and all', async () => {
  const { customerId, email, sealed } = await aCustomer();
  await hear(ContractConfirmed, aConfirmedContract({ customerId, sealed, startOn: '2026-12-08' }));
  const received = await mailTo(email);
  expect(received).toMatchObject({ envelope: { from: 'post@stromgraph.test', to: [email] }, from: { name: 'Strom & Graph' }, to: [{ name: 'Änne Großmann', address: email }] });
  expect(received.subject).toMatch(/^Ihr Stromvertrag V-\w+ ist bestätigt$/);
  expect(received.text).toContain('Guten Tag Änne Großmann,\n');
  expect(plain(received.text)).toContain('Ab dem 8. Dezember 2026 kommt Ihr Strom von uns.');
  expect(plain(received.html)).toContain('3.500 kWh');
  const message = await messageWith(customerId, { status: 'SENT' });
  expect(message).toMatchObject({ template: { name: 'contract-confirmed', version: 1, locale: 'de-DE' }, channel: 'EMAIL', unconfirmed: false, reason: null, attempts: 1, customer: { id: customerId }, providerId: received.messageId, tries: [{ attempt: 1, result: 'SENT', resultCode: '250' }] });
  const { rows } = await database.owner.query(`SELECT payload FROM messaging.outbox WHERE type = 'messaging.NotificationSent' AND payload ->> 'customerId' = $1`, [customerId]);
  expect(rows).toEqual([{ payload: { messageId: message.id, customerId, template: 'contract-confirmed', channel: 'EMAIL', at: '2026-11-24T09:00:00.000Z' } }]);
});

test('every event that customers hear of has its mail', async () => {
  const { customerId, email } = await aKnownCustomer({ locale: 'en-US' });
  await mailTo(email);
  await hear(ContractActivated, { contractId: newId(), contractNumber: 'V-7', customerId, startOn: '2026-12-08' });
  expect((await mailTo(email, 2)).text).toContain('since December 8, 2026 we have supplied you under the contract V-7');
  await hear(InvoiceCreated, anInvoice(customerId));
  expect(await mailTo(email, 3)).toMatchObject({ subject: 'Your electricity bill RE-2026-000042', text: expect.stringContaining('€1,234.53') });
  await hear(InvoiceCreated, anInvoice(customerId, { type: 'CREDIT', grossCents: '-5000', invoiceNumber: 'GS-1' }));
  const credit = await mailTo(email, 4);
  expect([credit.subject, credit.text]).toEqual(['Your credit note GS-1', expect.stringContaining('we credit you with\n\n€50.00')]);
  const applicant = await aCustomer();
  await hear(SwitchFailed, { contractId: newId(), customerId: applicant.customerId, processId: newId(), maloId: '41373559241', codeList: 'E_0623', code: 'A50', reason: 'The old supplier objected.', sealed: applicant.sealed });
  expect((await mailTo(applicant.email)).text).toContain('Der bisherige Lieferant hat widersprochen.');
});

test('the same event sends once', async () => {
  const { customerId, email } = await aKnownCustomer();
  await mailTo(email);
  const { rows } = await database.owner.query(`SELECT event_id, recipient_id, template_id FROM messaging.message WHERE customer_id = $1`, [customerId]);
  await database.owner.query(`DELETE FROM messaging.inbox`);
  await database.owner.query(`UPDATE messaging.hearer_cursor SET position = 0`);
  await applyEvents(runtime, handlers);
  await wakeDue(runtime, 'demo', 'messaging');
  await waitFor('the feed to be read again', async () => (await database.owner.query(`SELECT 1 FROM messaging.hearer_cursor WHERE position = (SELECT max(position) FROM platform.feed)`)).rowCount === 1);
  expect((await database.owner.query(`SELECT event_id, recipient_id, template_id FROM messaging.message WHERE customer_id = $1`, [customerId])).rows).toEqual(rows);
  expect(await mailsTo(email)).toHaveLength(1);
});

test('a late submission is told to staff in the application', async () => {
  const contractId = newId();
  await hear(SubmissionLate, { contractId, level: 'ALERT', signedAt: '2026-11-23T08:00:00Z' });
  const { data } = await ask(url, reader, '{ messages(channel: IN_APP, first: 1) { nodes { status customer { id } content { subject text } } } }');
  expect(data.messages.nodes[0]).toEqual({ status: 'SENT', customer: null, content: { subject: null, text: `Frist versäumt: der Vertrag ${contractId}, unterschrieben am 23. November 2026 um 09:00, ist nach 24 Stunden noch nicht beim Netzbetreiber.\n` } });
});

test('notifyCustomer sends, shows what it sent, and repeats itself without sending again', async () => {
  const { customerId, email } = await aKnownCustomer();
  const input = { idempotencyKey: newId(), customerId, variables: { subject: 'Wartung <b>', body: 'Zeile 1\nZeile 2' } };
  const first = await notify(input);
  expect(first).toMatchObject({ __typename: 'NotifyCustomerSuccess', messages: [{ channel: 'EMAIL', customer: { id: customerId } }], previews: [{ channel: 'EMAIL', locale: 'de-DE', subject: 'Wartung <b>' }] });
  expect(first.previews[0].html).toContain('Wartung &lt;b&gt;');
  const [, received] = [await mailTo(email), await mailTo(email, 2)];
  expect(received).toMatchObject({ subject: 'Wartung <b>' });
  const again = await notify(input);
  expect([again.messages[0].id, again.previews]).toEqual([first.messages[0].id, first.previews]);
  expect(await notify({ ...input, template: 'invoice-created' })).toMatchObject({ __typename: 'IdempotencyKeyReused', idempotencyKey: input.idempotencyKey });
  expect(await mailsTo(email)).toHaveLength(2);
});

test('a dry run shows and leaves nothing', async () => {
  const { customerId, email } = await aKnownCustomer({ locale: 'en-US', firstName: null, lastName: null, company: 'Fish & Chips GmbH' });
  await mailTo(email);
  const { rows: before } = await database.owner.query('SELECT count(*) FROM messaging.message UNION ALL SELECT count(*) FROM messaging.idempotency');
  const shown = await notify({ customerId, dryRun: true });
  expect(shown).toMatchObject({ messages: [], previews: [{ locale: 'en-US', subject: 'Wartung', text: 'Hello Fish & Chips GmbH,\n\nAm Samstag.\n\nKind regards\nYour customer service\n' }] });
  expect((await database.owner.query('SELECT count(*) FROM messaging.message UNION ALL SELECT count(*) FROM messaging.idempotency')).rows).toEqual(before);
});

test('what cannot be sent is told, and nothing is stored', async () => {
  const { customerId } = await aKnownCustomer();
  await messageWith(customerId, { status: 'SENT' });
  const cases: [object, object][] = [
    [{ customerId: newId() }, { __typename: 'CustomerNotFound' }],
    [{ customerId: 'nobody' }, { __typename: 'CustomerNotFound' }],
    [{ customerId, template: 'birthday' }, { __typename: 'TemplateNotFound' }],
    [{ customerId, variables: { subject: 'x' } }, { __typename: 'VariablesMissing', missing: ['body'] }],
    [{ customerId, variables: null }, { __typename: 'VariablesMissing', missing: ['subject', 'body'] }],
    [{ customerId, variables: { subject: 'x', body: 'y', boddy: 'z' } }, { __typename: 'InputInvalid', faults: [{ path: 'variables.boddy', allowed: 'subject, body' }] }],
    [{ customerId, variables: { subject: 5, body: 'y' } }, { __typename: 'InputInvalid', faults: [{ path: 'variables.subject' }] }],
    [{ customerId, variables: 'x' }, { __typename: 'InputInvalid', faults: [{ path: 'variables' }] }],
    [{ customerId, idempotencyKey: '' }, { __typename: 'InputInvalid', faults: [{ path: 'idempotencyKey', allowed: 'at least 1' }] }],
    [{ customerId, idempotencyKey: 'x'.repeat(256) }, { __typename: 'InputInvalid', faults: [{ path: 'idempotencyKey', allowed: 'at most 255' }] }],
    [{ customerId, channels: ['SMS'] }, { __typename: 'NoChannelAllowed', refusals: [{ channel: 'SMS', reason: 'NO_ADAPTER' }] }],
    [{ customerId, channels: [] }, { __typename: 'InputInvalid', faults: [{ path: 'channels' }] }],
    [{ customerId, template: 'submission-late', variables: {} }, { __typename: 'NoChannelAllowed', refusals: [{ channel: 'IN_APP', reason: 'NO_ADAPTER' }] }],
  ];
  for (const [input, problem] of cases) expect(await notify(input), JSON.stringify(input)).toMatchObject(problem);
  expect(await messagesOf(customerId)).toHaveLength(1);
});

test('an opt-out holds for friendly messages, not for invoices; a suppression for all', async () => {
  const { customerId, email } = await aKnownCustomer();
  await mailTo(email);
  await database.owner.query(`UPDATE messaging.recipient SET opted_out = '{EMAIL}' WHERE customer_id = $1`, [customerId]);
  expect(await notify({ customerId })).toMatchObject({ __typename: 'NoChannelAllowed', refusals: [{ channel: 'EMAIL', reason: 'OPTED_OUT' }] });
  await hear(InvoiceCreated, anInvoice(customerId));
  await mailTo(email, 2);
  await database.owner.query(`UPDATE messaging.recipient SET suppressed = '{EMAIL}', suppressed_reason = 'complaint', suppressed_at = $2 WHERE customer_id = $1`, [customerId, NOW]);
  await hear(InvoiceCreated, anInvoice(customerId));
  expect(await messageWith(customerId, { status: 'SUPPRESSED' })).toMatchObject({ reason: 'SUPPRESSED', attempts: 0 });
  expect(await mailsTo(email)).toHaveLength(2);
  const nobody = await aKnownCustomer({ email: null });
  expect((await messagesOf(nobody.customerId))[0]).toMatchObject({ status: 'SUPPRESSED', reason: 'NO_ADDRESS' });
});

test('nobody gets a second recipient or header by a name or an address', async () => {
  const { email } = await aKnownCustomer({ firstName: 'Anna\r\nBcc: evil@example.test', lastName: '"<evil@example.test>, ' });
  const received = await mailTo(email);
  expect(received.envelope.to).toEqual([email]);
  expect(received.to).toEqual([{ name: 'Anna Bcc: evil@example.test "<evil@example.test>,', address: email }]);
  const raw = await (await fetch(`${mail.url}/_messages/${received.id}/raw`)).text();
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
  expect(head).not.toMatch(/^(bcc|cc):/im);
  expect(head.match(/^to:/gim)).toHaveLength(1);
  for (const address of ['a@example.test, evil@example.test', 'a@example.test\r\nRCPT TO:<evil@example.test>', 'a@example.test>']) {
    const { customerId } = await aKnownCustomer({ email: address });
    expect((await messagesOf(customerId))[0]).toMatchObject({ status: 'SUPPRESSED', reason: 'NO_ADDRESS' });
  }
  const notified = await aKnownCustomer();
  await mailTo(notified.email);
  await notify({ customerId: notified.customerId, variables: { subject: 'Hallo\r\nBcc: evil@example.test', body: '.\r\n.\r\nMAIL FROM:<x@y>' } });
  expect(await mailTo(notified.email, 2)).toMatchObject({ subject: 'Hallo Bcc: evil@example.test', envelope: { to: [notified.email] } });
  expect(await mailsTo('evil@example.test')).toEqual([]);
});

test('refused for the moment is tried again, five times at most', async () => {
  const { customerId, email } = await aCustomer();
  await control({ rejectRecipients: { [email]: 451 } });
  await hear(ContractConfirmed, aConfirmedContract({ customerId, sealed: (await aCustomer({ customerId, email })).sealed }));
  const times = ['09:00:00', '09:01:10', '09:03:30', '09:08:00', '09:17:00'];
  for (const [index, time] of times.entries()) {
    await advanceTo(`2026-11-24T${time}Z`);
    await waitFor(`try ${index + 1}`, async () => (await messagesOf(customerId))[0]?.tries.length === index + 1);
  }
  expect(await messageWith(customerId, { status: 'FAILED' })).toMatchObject({ attempts: 5, reason: expect.stringContaining('given up after 5 tries'), tries: [{ result: 'RETRY', resultCode: '451' }, {}, {}, {}, { result: 'FAILED' }] });
  expect((await database.owner.query(`SELECT payload ->> 'reason' AS reason FROM messaging.outbox WHERE type = 'messaging.NotificationFailed' AND payload ->> 'customerId' = $1`, [customerId])).rows).toHaveLength(1);
  const second = await aCustomer();
  await control({ rejectRecipients: { [second.email]: 451 } });
  await hear(ContractConfirmed, aConfirmedContract({ customerId: second.customerId, sealed: second.sealed }));
  await waitFor('the first try', async () => (await messagesOf(second.customerId))[0]?.tries.length === 1);
  await control({ rejectRecipients: {} });
  await advanceTo('2026-11-24T09:30:00Z');
  expect(await messageWith(second.customerId, { status: 'SENT' })).toMatchObject({ attempts: 2, tries: [{ result: 'RETRY' }, { result: 'SENT' }] });
  expect(await mailsTo(second.email)).toHaveLength(1);
});

test('an address that does not exist bounces, and nobody writes to it again until it changes', async () => {
  const { customerId, email, sealed } = await aCustomer();
  await control({ rejectRecipients: { [email]: 550 } });
  await hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
  expect(await messageWith(customerId, { status: 'BOUNCED' })).toMatchObject({ attempts: 1, tries: [{ result: 'BOUNCED', resultCode: '550' }] });
  expect((await database.owner.query(`SELECT 1 FROM messaging.outbox WHERE type = 'messaging.NotificationBounced' AND payload ->> 'customerId' = $1`, [customerId])).rowCount).toBe(1);
  expect(await notify({ customerId })).toMatchObject({ __typename: 'NoChannelAllowed', refusals: [{ reason: 'SUPPRESSED' }] });
  const moved = await aCustomer({ customerId });
  await hear(ContractConfirmed, aConfirmedContract({ customerId, sealed: moved.sealed }));
  await mailTo(moved.email);
});

test('a mail server that is down costs no try and loses nothing; it is left alone, then probed by one mail', async () => {
  const customers = await Promise.all(Array.from({ length: 3 }, () => aCustomer()));
  await control({ fail: { status: 421 } });
  for (const { customerId, sealed } of customers) await hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
  for (const at of ['09:00:40', '09:01:20', '09:02:30']) await advanceTo(`2026-11-24T${at}Z`).then(() => waitFor('the worker', async () => (await database.owner.query(`SELECT 1 FROM messaging.message WHERE claimed_by IS NOT NULL`)).rowCount === 0));
  await waitFor('the open circuit', async () => (await database.owner.query('SELECT 1 FROM messaging.provider WHERE failures >= 3 AND open_until IS NOT NULL')).rowCount === 1);
  for (const { customerId } of customers) expect((await messagesOf(customerId))[0]).toMatchObject({ status: 'PENDING', attempts: 0, tries: [] });
  await control({ fail: null });
  await advanceTo('2026-11-24T09:20:00Z');
  await waitFor('the probe', async () => (await database.owner.query('SELECT 1 FROM messaging.provider WHERE failures = 0')).rowCount === 1);
  await advanceTo('2026-11-24T09:40:00Z');
  for (const { customerId, email } of customers) {
    await messageWith(customerId, { status: 'SENT' });
    expect(await mailsTo(email)).toHaveLength(1);
  }
});

test('a connection that ends before the answer is not guessed about', async () => {
  for (const stored of [true, false]) {
    const { customerId, email, sealed } = await aCustomer();
    await control({ dropAfterData: { count: 1, stored } });
    await hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
    expect(await messageWith(customerId, { status: 'SENT' })).toMatchObject({ unconfirmed: true, attempts: 1, tries: [{ result: 'UNKNOWN' }] });
    await advanceTo('2026-11-24T10:00:00Z');
    await advanceTo(NOW);
    expect(await mailsTo(email)).toHaveLength(stored ? 1 : 0);
  }
});

test('sendTestMail shows a template in a real mail program', async () => {
  const send = (input: object) =>
    ask(url, agent, `mutation ($input: SendTestMailInput!) { sendTestMail(input: $input) { __typename ... on SendTestMailSuccess { sent { id customer { id } } } ... on InputInvalid { faults { path } } } }`, {
      input: { idempotencyKey: newId(), template: 'invoice-created', to: 'tester@example.test', ...input },
    }).then(({ data }) => data.sendTestMail);
  expect(await send({ variables: { gross: '99' } })).toMatchObject({ __typename: 'SendTestMailSuccess', sent: { customer: null } });
  expect(plain((await mailTo('tester@example.test')).text)).toContain('0,99 €');
  expect((await mailTo('tester@example.test')).subject).toBe('[Test] Ihre Stromrechnung RE-2026-000001');
  expect(await send({ to: 'a@b.test, c@d.test' })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'to' }] });
  expect(await send({ locale: 'fr-FR' })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'locale' }] });
  expect(await send({ template: 'submission-late' })).toMatchObject({ __typename: 'TemplateNotFound' });
  expect(await send({ variables: { dueOn: 'soon' } })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'variables.dueOn' }] });
});

test('a new version is used at once, an old message keeps its own', async () => {
  const publishIt = (input: object) =>
    ask(url, agent, `mutation ($input: PublishTemplateInput!) { publishTemplate(input: $input) { __typename ... on PublishTemplateSuccess { published template { version validUntil publishedBy } } ... on InputInvalid { faults { path fault } } } }`, {
      input: { name: 'greeting', channel: 'EMAIL', locale: 'de-DE', subject: 'Hallo', html: '<p>{{ word }}</p>', text: '{{ word }}', variables: [{ name: 'word', kind: 'TEXT', example: 'Servus' }], ...input },
    }).then(({ data }) => data.publishTemplate);
  expect(await publishIt({})).toEqual({ __typename: 'PublishTemplateSuccess', published: true, template: { version: 1, validUntil: null, publishedBy: 'tester@demo.test' } });
  expect(await publishIt({})).toMatchObject({ published: false, template: { version: 1 } });
  const { customerId, email } = await aKnownCustomer();
  await mailTo(email);
  const { messages } = await notify({ customerId, template: 'greeting', variables: { word: 'Moin' } });
  expect((await mailTo(email, 2)).subject).toBe('Hallo');
  expect(await publishIt({ subject: 'Tschüss' })).toMatchObject({ published: true, template: { version: 2 } });
  await advanceTo('2026-11-24T09:00:01Z');
  expect(await notify({ customerId, template: 'greeting', variables: { word: 'Moin' }, dryRun: true })).toMatchObject({ previews: [{ subject: 'Tschüss' }] });
  const { data } = await ask(url, reader, `{ messages(customerId: "${customerId}") { nodes { id template { version } content { subject } } } templates(name: "greeting", history: true) { nodes { version validUntil } } current: templates(name: "greeting") { nodes { version } } }`);
  expect(data.messages.nodes.find(({ id }: any) => id === messages[0].id)).toMatchObject({ template: { version: 1 }, content: { subject: 'Hallo' } });
  expect(data).toMatchObject({ templates: { nodes: [{ version: 2, validUntil: null }, { version: 1, validUntil: expect.any(String) }] }, current: { nodes: [{ version: 2 }] } });
  for (const [bad, path] of [[{ html: '{{ nope }}' }, 'html'], [{ text: '{% if %}' }, 'text'], [{ subject: null }, 'subject'], [{ name: 'Groß' }, 'name'], [{ variables: [{ name: 'word', kind: 'DAY', example: 'x' }] }, 'variables.0.example']] as const)
    expect((await publishIt(bad)).faults?.[0]?.path, JSON.stringify(bad)).toBe(path);
});

test('an erased customer leaves no mail, no content and no name', async () => {
  const { customerId } = await aKnownCustomer();
  await messageWith(customerId, { status: 'SENT' });
  await database.owner.query('SELECT platform.destroy_customer_key($1)', [customerId]);
  const { data } = await ask(url, reader, `{ messages(customerId: "${customerId}") { nodes { status content { text } } } }`);
  expect(data.messages.nodes).toEqual([{ status: 'SENT', content: null }]);
  expect(await notify({ customerId })).toMatchObject({ __typename: 'NoChannelAllowed', refusals: [{ reason: 'NO_ADDRESS' }] });
});

test('personal data lie nowhere in clear', async () => {
  await aKnownCustomer({ lastName: 'Unverwechselbar', email: 'unverwechselbar@example.test' });
  await mailTo('unverwechselbar@example.test');
  const { rows } = await database.owner.query<{ text: string }>(`
    SELECT string_agg(t::text, ' ') AS text FROM (SELECT to_jsonb(r) t FROM messaging.recipient r UNION ALL SELECT to_jsonb(m) FROM messaging.message m UNION ALL SELECT to_jsonb(l) FROM messaging.send_log l
      UNION ALL SELECT payload FROM messaging.outbox UNION ALL SELECT to_jsonb(d) FROM messaging.due d UNION ALL SELECT response FROM messaging.idempotency) x`);
  expect(rows[0]!.text).not.toMatch(/unverwechselbar/i);
});

test('a subscriber sees the state first, then every change', async () => {
  const { customerId, sealed } = await aCustomer();
  const stream = listen(url, reader, `subscription ($id: ID) { messageUpdated(customerId: $id, maxHz: 50) { seq reset messages { status template { name } } } }`, { id: customerId });
  expect((await stream.next()).messageUpdated).toMatchObject({ reset: true, messages: [] });
  await hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
  let update = (await stream.next()).messageUpdated;
  while (update.messages[0].status !== 'SENT') {
    const { messageUpdated: next } = await stream.next();
    expect(next.seq).toBeGreaterThan(update.seq);
    update = next;
  }
  expect(update).toMatchObject({ reset: false, messages: [{ template: { name: 'contract-confirmed' } }] });
  await stream.stop();
});

test('pages, customers, and who may read and write', async () => {
  const { customerId } = await aKnownCustomer();
  await messageWith(customerId, { status: 'SENT' });
  const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { messages(first: 1) { nodes { template { name } } pageInfo { hasNextPage } } } } }`;
  const r = [{ __typename: 'Customer', id: customerId }];
  expect((await ask(url, reader, entities, { r })).data._entities).toEqual([{ messages: { nodes: [{ template: { name: 'contract-confirmed' } }], pageInfo: { hasNextPage: false } } }]);
  const other = actorWith('customers:read');
  for (const query of ['{ messages { nodes { id } } }', '{ templates { nodes { id } } }', entities]) expect((await ask(url, other, query, { r })).errors?.[0]?.extensions.code, query).toBe('FORBIDDEN');
  await expect(notify({ customerId }, reader)).rejects.toThrow('FORBIDDEN');
  const first = await ask(url, reader, '{ templates(first: 3, locale: "de-DE") { nodes { name } pageInfo { endCursor } } }');
  const second = await ask(url, reader, 'query ($after: String) { templates(first: 3, locale: "de-DE", after: $after) { nodes { name } } }', { after: first.data.templates.pageInfo.endCursor });
  const names = [...first.data.templates.nodes, ...second.data.templates.nodes].map(({ name }: { name: string }) => name);
  expect([names.length, new Set(names).size, names]).toEqual([6, 6, names.toSorted()]);
  for (const bad of ['messages(first: 0)', 'messages(after: "x")', 'messages(customerId: "7")', 'templates(after: "WyJhIl0")']) expect((await ask(url, reader, `{ ${bad} { nodes { id } } }`)).errors?.[0]?.extensions.code, bad).toBe('BAD_USER_INPUT');
  const own = { ...actorWith('messaging:read'), customerId };
  expect((await ask(url, own, '{ messages { nodes { customer { id } content { text } } } }')).data?.messages.nodes).toEqual([{ customer: { id: customerId }, content: { text: expect.stringContaining('Guten Tag') } }]);
  expect((await ask(url, { ...own, customerId: newId() }, '{ messages { nodes { id } } }')).data?.messages.nodes).toEqual([]);
});
