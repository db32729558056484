// Events and commands in, messages out: what is written, to whom, and who may know.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { InvoiceCreated } from '@stromgraph/events/billing';
import { ContractActivated, ContractCancelled, ContractConfirmed, ContractTerminated, SubmissionLate, SwitchFailed } from '@stromgraph/events/contracts';
import { OpenPositionAlert } from '@stromgraph/events/energy';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { wakeDue } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { actorWith, ask } from '../../tests/ask.ts';
import { aConfirmedContract } from '../../tests/build/contract-confirmed.ts';
import { listen } from '../../tests/listen.ts';
import { agent, anInvoice, NOW, openPostOffice, plain, reader, type PostOffice } from '../../tests/post-office.ts';
import { waitFor } from '../../tests/wait.ts';
import { handlers } from './handlers/index.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
});
afterAll(() => office.close());
beforeEach(() => office.reset());

test('a confirmed contract makes a mail in the language of the customer, umlauts and all', async () => {
  const { customerId, email, sealed } = await office.aCustomer();
  await office.hear(ContractConfirmed, aConfirmedContract({ customerId, sealed, startOn: '2026-12-08' }));
  const received = await office.mailTo(email);
  expect(received).toMatchObject({ envelope: { from: 'post@stromgraph.test', to: [email] }, from: { name: 'Strom & Graph' }, to: [{ name: 'Änne Großmann', address: email }] });
  expect(received.subject).toMatch(/^Ihr Stromvertrag V-\w+ ist bestätigt$/);
  expect(received.text).toContain('Guten Tag Änne Großmann,\n');
  expect(plain(received.text)).toContain('Ab dem 8. Dezember 2026 kommt Ihr Strom von uns.');
  expect(plain(received.html)).toContain('3.500 kWh');
  const message = await office.messageWith(customerId, { status: 'SENT' });
  expect(message).toMatchObject({ template: { name: 'contract-confirmed', version: 1, locale: 'de-DE' }, channel: 'EMAIL', unconfirmed: false, reason: null, attempts: 1, customer: { id: customerId }, providerId: received.messageId, tries: [{ attempt: 1, result: 'SENT', resultCode: '250' }] });
  const { rows } = await office.database.owner.query(`SELECT payload FROM messaging.outbox WHERE type = 'messaging.NotificationSent' AND payload ->> 'customerId' = $1`, [customerId]);
  expect(rows).toEqual([{ payload: { messageId: message.id, customerId, template: 'contract-confirmed', channel: 'EMAIL', at: '2026-11-24T09:00:00.000Z' } }]);
});

test('every event that customers hear of has its mail', async () => {
  const { customerId, email } = await office.aKnownCustomer({ locale: 'en-US' });
  await office.mailTo(email);
  await office.hear(ContractActivated, { contractId: newId(), contractNumber: 'V-7', customerId, startOn: '2026-12-08' });
  expect((await office.mailTo(email, 2)).text).toContain('since December 8, 2026 we have supplied you under the contract V-7');
  await office.hear(InvoiceCreated, anInvoice(customerId));
  expect(await office.mailTo(email, 3)).toMatchObject({ subject: 'Your electricity bill RE-2026-000042', text: expect.stringContaining('€1,234.53') });
  await office.hear(InvoiceCreated, anInvoice(customerId, { type: 'CREDIT', grossCents: '-5000', invoiceNumber: 'GS-1' }));
  const credit = await office.mailTo(email, 4);
  expect([credit.subject, credit.text]).toEqual(['Your credit note GS-1', expect.stringContaining('we credit you with\n\n€50.00')]);
  await office.hear(ContractTerminated, { contractId: newId(), contractNumber: 'V-7', customerId, endOn: '2027-12-08', reason: 'CANCELLATION' });
  expect((await office.mailTo(email, 5)).text).toContain('we confirm the end of your contract V-7: from December 8, 2027 on we no longer supply you');
  await office.hear(ContractCancelled, { contractId: newId(), contractNumber: 'V-8', customerId, startOn: '2026-12-09', reason: 'REVOCATION' });
  expect((await office.mailTo(email, 6)).text).toContain('your contract V-8, which was to begin on December 9, 2026, has been called off');
  const applicant = await office.aCustomer();
  await office.hear(SwitchFailed, { contractId: newId(), customerId: applicant.customerId, processId: newId(), maloId: '41373559241', codeList: 'E_0623', code: 'A50', reason: 'The old supplier objected.', sealed: applicant.sealed });
  expect((await office.mailTo(applicant.email)).text).toContain('Der bisherige Lieferant hat widersprochen.');
});

test('the same event sends once', async () => {
  const { customerId, email } = await office.aKnownCustomer();
  await office.mailTo(email);
  const { rows } = await office.database.owner.query(`SELECT event_id, recipient_id, template_id FROM messaging.message WHERE customer_id = $1`, [customerId]);
  await office.database.owner.query(`DELETE FROM messaging.inbox`);
  await office.database.owner.query(`UPDATE messaging.hearer_cursor SET position = 0`);
  await applyEvents(office.runtime, handlers);
  await wakeDue(office.runtime, 'demo', 'messaging');
  await waitFor('the feed to be read again', async () => (await office.database.owner.query(`SELECT 1 FROM messaging.hearer_cursor WHERE position = (SELECT max(position) FROM platform.feed)`)).rowCount === 1);
  expect((await office.database.owner.query(`SELECT event_id, recipient_id, template_id FROM messaging.message WHERE customer_id = $1`, [customerId])).rows).toEqual(rows);
  expect(await office.mailsTo(email)).toHaveLength(1);
});

test('a late submission is told to staff in the application', async () => {
  const contractId = newId();
  await office.hear(SubmissionLate, { contractId, level: 'ALERT', signedAt: '2026-11-23T08:00:00Z' });
  const { data } = await ask(office.url, reader, '{ messages(channel: IN_APP, first: 1) { nodes { status customer { id } content { subject text } } } }');
  expect(data.messages.nodes[0]).toEqual({ status: 'SENT', customer: null, content: { subject: null, text: `Frist versäumt: der Vertrag ${contractId}, unterschrieben am 23. November 2026 um 09:00, ist nach 24 Stunden noch nicht beim Netzbetreiber.\n` } });
});

test('positions beyond their limits are told to those who trade, once for all that came to be so together, however often it is heard', async () => {
  const gridAreaId = newId();
  const [nearest, worst] = [{ breachId: newId(), start: '2026-11-24T11:00:00Z', rule: 'PCT' as const, openWattHours: '900000' }, { breachId: newId(), start: '2026-11-24T11:15:00Z', rule: 'MWH' as const, openWattHours: '-5250000' }];
  const READ = '{ messages(channel: IN_APP, first: 2) { nodes { id status template { name } customer { id } content { text } } } }';
  const newest = async () => (await ask(office.url, reader, READ)).data.messages.nodes;
  await office.hear(OpenPositionAlert, { gridAreaId, gridAreaName: 'Netzgebiet Nord', breaches: [nearest, worst] });
  const [told] = await newest();
  expect(told).toMatchObject({ status: 'SENT', template: { name: 'open-position-alert' }, customer: null });
  expect(plain(told.content.text)).toBe('Energielimit überschritten in Netzgebiet Nord: Perioden von 24. November 2026 um 12:00 bis 24. November 2026 um 12:30, zusammen 2; am meisten offen ist -5.250 kWh (plus: noch zu kaufen, minus: noch zu verkaufen).\n');
  await office.database.owner.query(`DELETE FROM messaging.inbox`);
  await office.database.owner.query(`UPDATE messaging.hearer_cursor SET position = 0`);
  await applyEvents(office.runtime, handlers);
  await wakeDue(office.runtime, 'demo', 'messaging');
  await waitFor('the feed to be read again', async () => (await office.database.owner.query(`SELECT 1 FROM messaging.hearer_cursor WHERE position = (SELECT max(position) FROM platform.feed)`)).rowCount === 1);
  expect((await newest())[0].id).toBe(told.id);
  await office.hear(OpenPositionAlert, { gridAreaId, breaches: [{ breachId: newId(), start: '2026-11-30T23:00:00Z', until: '2026-12-31T23:00:00Z', rule: 'PCT', openWattHours: '1000000' }] }); // of a tenor, told before areas were named
  const [tenor, before] = await newest();
  expect([before.id, plain(tenor.content.text)]).toEqual([told.id, expect.stringMatching(new RegExp(`^Prozentlimit überschritten in ${gridAreaId}: Perioden von 1. Dezember 2026 um 00:00 bis 1. Januar 2027 um 00:00, zusammen 1;`))]);
});

test('notifyCustomer sends, shows what it sent, and repeats itself without sending again', async () => {
  const { customerId, email } = await office.aKnownCustomer();
  await office.mailTo(email); // the confirmation: two messages may overtake each other
  const input = { idempotencyKey: newId(), customerId, variables: { subject: 'Wartung <b>', body: 'Zeile 1\nZeile 2' } };
  const first = await office.notify(input);
  expect(first).toMatchObject({ __typename: 'NotifyCustomerSuccess', messages: [{ channel: 'EMAIL', customer: { id: customerId } }], previews: [{ channel: 'EMAIL', locale: 'de-DE', subject: 'Wartung <b>' }] });
  expect(first.previews[0].html).toContain('Wartung &lt;b&gt;');
  expect(await office.mailTo(email, 2)).toMatchObject({ subject: 'Wartung <b>' });
  const again = await office.notify(input);
  expect([again.messages[0].id, again.previews]).toEqual([first.messages[0].id, first.previews]);
  expect(await office.notify({ ...input, template: 'invoice-created' })).toMatchObject({ __typename: 'IdempotencyKeyReused', idempotencyKey: input.idempotencyKey });
  expect(await office.mailsTo(email)).toHaveLength(2);
});

test('a dry run shows and leaves nothing', async () => {
  const { customerId, email } = await office.aKnownCustomer({ locale: 'en-US', firstName: null, lastName: null, company: 'Fish & Chips GmbH' });
  await office.mailTo(email);
  const { rows: before } = await office.database.owner.query('SELECT count(*) FROM messaging.message UNION ALL SELECT count(*) FROM messaging.idempotency');
  const shown = await office.notify({ customerId, dryRun: true });
  expect(shown).toMatchObject({ messages: [], previews: [{ locale: 'en-US', subject: 'Wartung', text: 'Hello Fish & Chips GmbH,\n\nAm Samstag.\n\nKind regards\nYour customer service\n' }] });
  expect((await office.database.owner.query('SELECT count(*) FROM messaging.message UNION ALL SELECT count(*) FROM messaging.idempotency')).rows).toEqual(before);
});

test('what cannot be sent is told, and nothing is stored', async () => {
  const { customerId } = await office.aKnownCustomer();
  await office.messageWith(customerId, { status: 'SENT' });
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
  for (const [input, problem] of cases) expect(await office.notify(input), JSON.stringify(input)).toMatchObject(problem);
  expect(await office.messagesOf(customerId)).toHaveLength(1);
});

test('an opt-out holds for friendly messages, not for invoices; a suppression for all', async () => {
  const { customerId, email } = await office.aKnownCustomer();
  await office.mailTo(email);
  await office.database.owner.query(`UPDATE messaging.recipient SET opted_out = '{EMAIL}' WHERE customer_id = $1`, [customerId]);
  expect(await office.notify({ customerId })).toMatchObject({ __typename: 'NoChannelAllowed', refusals: [{ channel: 'EMAIL', reason: 'OPTED_OUT' }] });
  await office.hear(InvoiceCreated, anInvoice(customerId));
  await office.mailTo(email, 2);
  await office.database.owner.query(`UPDATE messaging.recipient SET suppressed = '{EMAIL}', suppressed_reason = 'complaint', suppressed_at = $2 WHERE customer_id = $1`, [customerId, NOW]);
  await office.hear(InvoiceCreated, anInvoice(customerId));
  expect(await office.messageWith(customerId, { status: 'SUPPRESSED' })).toMatchObject({ reason: 'SUPPRESSED', attempts: 0 });
  expect(await office.mailsTo(email)).toHaveLength(2);
  const nobody = await office.aKnownCustomer({ email: null });
  expect((await office.messagesOf(nobody.customerId))[0]).toMatchObject({ status: 'SUPPRESSED', reason: 'NO_ADDRESS' });
});

test('a new version is used at once, an old message keeps its own', async () => {
  const publishIt = (input: object) =>
    ask(office.url, agent, `mutation ($input: PublishTemplateInput!) { publishTemplate(input: $input) { __typename ... on PublishTemplateSuccess { published template { version validUntil publishedBy } } ... on InputInvalid { faults { path fault } } } }`, {
      input: { name: 'greeting', channel: 'EMAIL', locale: 'de-DE', subject: 'Hallo', html: '<p>{{ word }}</p>', text: '{{ word }}', variables: [{ name: 'word', kind: 'TEXT', example: 'Servus' }], ...input },
    }).then(({ data }) => data.publishTemplate);
  expect(await publishIt({})).toEqual({ __typename: 'PublishTemplateSuccess', published: true, template: { version: 1, validUntil: null, publishedBy: 'tester@demo.test' } });
  expect(await publishIt({})).toMatchObject({ published: false, template: { version: 1 } });
  const { customerId, email } = await office.aKnownCustomer();
  await office.mailTo(email);
  const { messages } = await office.notify({ customerId, template: 'greeting', variables: { word: 'Moin' } });
  expect((await office.mailTo(email, 2)).subject).toBe('Hallo');
  expect(await publishIt({ subject: 'Tschüss' })).toMatchObject({ published: true, template: { version: 2 } });
  await office.advanceTo('2026-11-24T09:00:01Z');
  expect(await office.notify({ customerId, template: 'greeting', variables: { word: 'Moin' }, dryRun: true })).toMatchObject({ previews: [{ subject: 'Tschüss' }] });
  const { data } = await ask(office.url, reader, `{ messages(customerId: "${customerId}") { nodes { id template { version } content { subject } } } templates(name: "greeting", history: true) { nodes { version validUntil } } current: templates(name: "greeting") { nodes { version } } }`);
  expect(data.messages.nodes.find(({ id }: any) => id === messages[0].id)).toMatchObject({ template: { version: 1 }, content: { subject: 'Hallo' } });
  expect(data).toMatchObject({ templates: { nodes: [{ version: 2, validUntil: null }, { version: 1, validUntil: expect.any(String) }] }, current: { nodes: [{ version: 2 }] } });
  for (const [bad, path] of [[{ html: '{{ nope }}' }, 'html'], [{ text: '{% if %}' }, 'text'], [{ subject: null }, 'subject'], [{ name: 'Groß' }, 'name'], [{ variables: [{ name: 'word', kind: 'DAY', example: 'x' }] }, 'variables.0.example']] as const)
    expect((await publishIt(bad)).faults?.[0]?.path, JSON.stringify(bad)).toBe(path);
});

test('an erased customer leaves no mail, no content and no name', async () => {
  const { customerId } = await office.aKnownCustomer();
  await office.messageWith(customerId, { status: 'SENT' });
  await office.database.owner.query('SELECT platform.destroy_customer_key($1)', [customerId]);
  const { data } = await ask(office.url, reader, `{ messages(customerId: "${customerId}") { nodes { status content { text } } } }`);
  expect(data.messages.nodes).toEqual([{ status: 'SENT', content: null }]);
  expect(await office.notify({ customerId })).toMatchObject({ __typename: 'NoChannelAllowed', refusals: [{ reason: 'NO_ADDRESS' }] });
});

test('a subscriber sees the state first, then every change', async () => {
  const { customerId, sealed } = await office.aCustomer();
  const stream = listen(office.url, reader, `subscription ($id: ID) { messageUpdated(customerId: $id, maxHz: 50) { seq reset messages { status template { name } } } }`, { id: customerId });
  expect((await stream.next()).messageUpdated).toMatchObject({ reset: true, messages: [] });
  await office.hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
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
  const { customerId } = await office.aKnownCustomer();
  await office.messageWith(customerId, { status: 'SENT' });
  const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { messages(first: 1) { nodes { template { name } } pageInfo { hasNextPage } } } } }`;
  const r = [{ __typename: 'Customer', id: customerId }];
  expect((await ask(office.url, reader, entities, { r })).data._entities).toEqual([{ messages: { nodes: [{ template: { name: 'contract-confirmed' } }], pageInfo: { hasNextPage: false } } }]);
  const other = actorWith('customers:read');
  for (const query of ['{ messages { nodes { id } } }', '{ templates { nodes { id } } }', entities]) expect((await ask(office.url, other, query, { r })).errors?.[0]?.extensions.code, query).toBe('FORBIDDEN');
  await expect(office.notify({ customerId }, reader)).rejects.toThrow('FORBIDDEN');
  const first = await ask(office.url, reader, '{ templates(first: 3, locale: "de-DE") { nodes { name } pageInfo { endCursor } } }');
  const second = await ask(office.url, reader, 'query ($after: String) { templates(first: 3, locale: "de-DE", after: $after) { nodes { name } } }', { after: first.data.templates.pageInfo.endCursor });
  const names = [...first.data.templates.nodes, ...second.data.templates.nodes].map(({ name }: { name: string }) => name);
  expect([names.length, new Set(names).size, names]).toEqual([6, 6, names.toSorted()]);
  for (const bad of ['messages(first: 0)', 'messages(after: "x")', 'messages(customerId: "7")', 'templates(after: "WyJhIl0")']) expect((await ask(office.url, reader, `{ ${bad} { nodes { id } } }`)).errors?.[0]?.extensions.code, bad).toBe('BAD_USER_INPUT');
  const own = { ...actorWith('messaging:read'), customerId };
  expect((await ask(office.url, own, '{ messages { nodes { customer { id } content { text } } } }')).data?.messages.nodes).toEqual([{ customer: { id: customerId }, content: { text: expect.stringContaining('Guten Tag') } }]);
  expect((await ask(office.url, { ...own, customerId: newId() }, '{ messages { nodes { id } } }')).data?.messages.nodes).toEqual([]);
});
