// What the mail server makes of it: refusals, bounces, silence, and names that try to be headers.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ContractConfirmed } from '@stromgraph/events/contracts';
import { newId } from '@stromgraph/kernel/ids';
import { ask } from '../../tests/ask.ts';
import { aConfirmedContract } from '../../tests/build/contract-confirmed.ts';
import { agent, NOW, openPostOffice, plain, type PostOffice } from '../../tests/post-office.ts';
import { waitFor } from '../../tests/wait.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
});
afterAll(() => office.close());
beforeEach(() => office.reset());

test('nobody gets a second recipient or header by a name or an address', async () => {
  const { email } = await office.aKnownCustomer({ firstName: 'Anna\r\nBcc: evil@example.test', lastName: '"<evil@example.test>, ' });
  const received = await office.mailTo(email);
  expect(received.envelope.to).toEqual([email]);
  expect(received.to).toEqual([{ name: 'Anna Bcc: evil@example.test "<evil@example.test>,', address: email }]);
  const raw = await (await fetch(`${office.mail.url}/_messages/${received.id}/raw`)).text();
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
  expect(head).not.toMatch(/^(bcc|cc):/im);
  expect(head.match(/^to:/gim)).toHaveLength(1);
  for (const address of ['a@example.test, evil@example.test', 'a@example.test\r\nRCPT TO:<evil@example.test>', 'a@example.test>']) {
    const { customerId } = await office.aKnownCustomer({ email: address });
    expect((await office.messagesOf(customerId))[0]).toMatchObject({ status: 'SUPPRESSED', reason: 'NO_ADDRESS' });
  }
  const notified = await office.aKnownCustomer();
  await office.mailTo(notified.email);
  await office.notify({ customerId: notified.customerId, variables: { subject: 'Hallo\r\nBcc: evil@example.test', body: '.\r\n.\r\nMAIL FROM:<x@y>' } });
  expect(await office.mailTo(notified.email, 2)).toMatchObject({ subject: 'Hallo Bcc: evil@example.test', envelope: { to: [notified.email] } });
  expect(await office.mailsTo('evil@example.test')).toEqual([]);
});

test('refused for the moment is tried again, five times at most', async () => {
  const { customerId, email } = await office.aCustomer();
  await office.control({ rejectRecipients: { [email]: 451 } });
  await office.hear(ContractConfirmed, aConfirmedContract({ customerId, sealed: (await office.aCustomer({ customerId, email })).sealed }));
  const times = ['09:00:00', '09:01:10', '09:03:30', '09:08:00', '09:17:00'];
  for (const [index, time] of times.entries()) {
    await office.advanceTo(`2026-11-24T${time}Z`);
    await waitFor(`try ${index + 1}`, async () => (await office.messagesOf(customerId))[0]?.tries.length === index + 1);
  }
  expect(await office.messageWith(customerId, { status: 'FAILED' })).toMatchObject({ attempts: 5, reason: expect.stringContaining('given up after 5 tries'), tries: [{ result: 'RETRY', resultCode: '451' }, {}, {}, {}, { result: 'FAILED' }] });
  expect((await office.database.owner.query(`SELECT payload ->> 'reason' AS reason FROM messaging.outbox WHERE type = 'messaging.NotificationFailed' AND payload ->> 'customerId' = $1`, [customerId])).rows).toHaveLength(1);
  const second = await office.aCustomer();
  await office.control({ rejectRecipients: { [second.email]: 451 } });
  await office.hear(ContractConfirmed, aConfirmedContract({ customerId: second.customerId, sealed: second.sealed }));
  await waitFor('the first try', async () => (await office.messagesOf(second.customerId))[0]?.tries.length === 1);
  await office.control({ rejectRecipients: {} });
  await office.advanceTo('2026-11-24T09:30:00Z');
  expect(await office.messageWith(second.customerId, { status: 'SENT' })).toMatchObject({ attempts: 2, tries: [{ result: 'RETRY' }, { result: 'SENT' }] });
  expect(await office.mailsTo(second.email)).toHaveLength(1);
});

test('an address that does not exist bounces, and nobody writes to it again until it changes', async () => {
  const { customerId, email, sealed } = await office.aCustomer();
  await office.control({ rejectRecipients: { [email]: 550 } });
  await office.hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
  expect(await office.messageWith(customerId, { status: 'BOUNCED' })).toMatchObject({ attempts: 1, tries: [{ result: 'BOUNCED', resultCode: '550' }] });
  expect((await office.database.owner.query(`SELECT 1 FROM messaging.outbox WHERE type = 'messaging.NotificationBounced' AND payload ->> 'customerId' = $1`, [customerId])).rowCount).toBe(1);
  expect(await office.notify({ customerId })).toMatchObject({ __typename: 'NoChannelAllowed', refusals: [{ reason: 'SUPPRESSED' }] });
  const moved = await office.aCustomer({ customerId });
  await office.hear(ContractConfirmed, aConfirmedContract({ customerId, sealed: moved.sealed }));
  await office.mailTo(moved.email);
});

test('a mail server that is down costs no try and loses nothing; it is left alone, then probed by one mail', async () => {
  const customers = await Promise.all(Array.from({ length: 3 }, () => office.aCustomer()));
  await office.control({ fail: { status: 421 } });
  for (const { customerId, sealed } of customers) await office.hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
  for (const at of ['09:00:40', '09:01:20', '09:02:30']) await office.advanceTo(`2026-11-24T${at}Z`).then(() => waitFor('the worker', async () => (await office.database.owner.query(`SELECT 1 FROM messaging.message WHERE claimed_by IS NOT NULL`)).rowCount === 0));
  await waitFor('the open circuit', async () => (await office.database.owner.query('SELECT 1 FROM messaging.provider WHERE failures >= 3 AND open_until IS NOT NULL')).rowCount === 1);
  for (const { customerId } of customers) expect((await office.messagesOf(customerId))[0]).toMatchObject({ status: 'PENDING', attempts: 0, tries: [] });
  await office.control({ fail: null });
  await office.advanceTo('2026-11-24T09:20:00Z');
  await waitFor('the probe', async () => (await office.database.owner.query('SELECT 1 FROM messaging.provider WHERE failures = 0')).rowCount === 1);
  await office.advanceTo('2026-11-24T09:40:00Z');
  for (const { customerId, email } of customers) {
    await office.messageWith(customerId, { status: 'SENT' });
    expect(await office.mailsTo(email)).toHaveLength(1);
  }
});

test('a connection that ends before the answer is not guessed about', async () => {
  for (const stored of [true, false]) {
    const { customerId, email, sealed } = await office.aCustomer();
    await office.control({ dropAfterData: { count: 1, stored } });
    await office.hear(ContractConfirmed, aConfirmedContract({ customerId, sealed }));
    expect(await office.messageWith(customerId, { status: 'SENT' })).toMatchObject({ unconfirmed: true, attempts: 1, tries: [{ result: 'UNKNOWN' }] });
    await office.advanceTo('2026-11-24T10:00:00Z');
    await office.advanceTo(NOW);
    expect(await office.mailsTo(email)).toHaveLength(stored ? 1 : 0);
  }
});

test('sendTestMail shows a template in a real mail program', async () => {
  const send = (input: object) =>
    ask(office.url, agent, `mutation ($input: SendTestMailInput!) { sendTestMail(input: $input) { __typename ... on SendTestMailSuccess { sent { id customer { id } } } ... on InputInvalid { faults { path } } } }`, {
      input: { idempotencyKey: newId(), template: 'invoice-created', to: 'tester@example.test', ...input },
    }).then(({ data }) => data.sendTestMail);
  expect(await send({ variables: { gross: '99' } })).toMatchObject({ __typename: 'SendTestMailSuccess', sent: { customer: null } });
  expect(plain((await office.mailTo('tester@example.test')).text)).toContain('0,99 €');
  expect((await office.mailTo('tester@example.test')).subject).toBe('[Test] Ihre Stromrechnung RE-2026-000001');
  expect(await send({ to: 'a@b.test, c@d.test' })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'to' }] });
  expect(await send({ locale: 'fr-FR' })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'locale' }] });
  expect(await send({ template: 'submission-late' })).toMatchObject({ __typename: 'TemplateNotFound' });
  expect(await send({ variables: { dueOn: 'soon' } })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'variables.dueOn' }] });
});

test('personal data lie nowhere in clear', async () => {
  await office.aKnownCustomer({ lastName: 'Unverwechselbar', email: 'unverwechselbar@example.test' });
  await office.mailTo('unverwechselbar@example.test');
  const { rows } = await office.database.owner.query<{ text: string }>(`
    SELECT string_agg(t::text, ' ') AS text FROM (SELECT to_jsonb(r) t FROM messaging.recipient r UNION ALL SELECT to_jsonb(m) FROM messaging.message m UNION ALL SELECT to_jsonb(l) FROM messaging.send_log l
      UNION ALL SELECT payload FROM messaging.outbox UNION ALL SELECT to_jsonb(d) FROM messaging.due d UNION ALL SELECT response FROM messaging.idempotency) x`);
  expect(rows[0]!.text).not.toMatch(/unverwechselbar/i);
});
