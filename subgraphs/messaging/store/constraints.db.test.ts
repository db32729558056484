// Each promise of messaging's tables, broken on purpose.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Client } from 'pg';
import { newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { refusal } from '../../../tests/refusal.ts';
import { TRANSITIONS } from '../messages/message.ts';

const AT = '2026-11-24T09:00:00Z';
const LATER = '2026-11-25T09:00:00Z';

let database: TestDatabase;
let db: Client;
let template: string;
let recipient: string;
beforeAll(async () => {
  database = await testDatabase();
  db = database.owner;
});
afterAll(() => database.drop());

type Values = Record<string, unknown>;
const insert = (table: string, values: Values) => {
  const columns = Object.keys(values);
  return db.query(`INSERT INTO messaging.${table} (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`, Object.values(values));
};
const aCustomer = (changes: Values = {}): Values => ({ id: newId(), kind: 'CUSTOMER', customer_id: newId(), contact_sealed: 'sealed', locale: 'de-DE', updated_at: AT, ...changes });
let names = 0;
const aTemplate = (changes: Values = {}): Values => ({
  id: newId(), name: `test-${++names}`, channel: 'EMAIL', locale: 'de-DE', version: 1, subject: 's', html: 'h', text: 't', variables: '[]', legal: false, valid_from: AT, published_by: 'tester', published_at: AT, ...changes,
});
const aMessage = (changes: Values = {}): Values => ({ id: newId(), event_id: newId(), recipient_id: recipient, template_id: template, channel: 'EMAIL', status: 'PENDING', payload_sealed: 'sealed', scheduled_at: AT, next_retry_at: AT, created_at: AT, ...changes });

beforeEach(async () => {
  const [one, other] = [aTemplate(), aCustomer()];
  [template, recipient] = [one['id'] as string, other['id'] as string];
  await insert('template', one);
  await insert('recipient', other);
});

test.each<[string, Values, string, string]>([
  ['an unknown kind', { kind: 'FRIEND' }, '23514', 'customers_have_an_id'],
  ['no id of the customer', { customer_id: null }, '23514', 'customers_have_an_id'],
  ['an audience although it is a customer', { audience: 'contracts:write' }, '23514', 'staff_have_an_audience'],
  ['no audience although it is staff', { kind: 'STAFF', customer_id: null }, '23514', 'staff_have_an_audience'],
  ['a language that we do not write', { locale: 'fr-FR' }, '23514', 'recipient_locale_check'],
  ['an opt-out from an unknown channel', { opted_out: ['FAX'] }, '23514', 'opt_outs_name_channels'],
  ['a suppressed channel that is unknown', { suppressed: ['FAX'], suppressed_at: AT, suppressed_reason: 'x' }, '23514', 'suppressions_name_channels'],
  ['a suppression without a reason', { suppressed: ['EMAIL'], suppressed_at: AT }, '23514', 'a_suppression_says_why'],
  ['a suppression without its time', { suppressed: ['EMAIL'] }, '23514', 'a_suppression_says_why'],
  ['a reason without a suppression', { suppressed_reason: 'x', suppressed_at: AT }, '23514', 'a_suppression_says_why'],
  ['an empty contact', { contact_sealed: '' }, '23514', 'recipient_contact_sealed_check'],
  ['an empty push token', { push_token_sealed: '' }, '23514', 'recipient_push_token_sealed_check'],
])('a recipient with %s is refused', async (_, changes, code, by) => {
  await expect(insert('recipient', aCustomer(changes))).rejects.toMatchObject(refusal(code, by));
});

test('a customer, and an audience, is one recipient', async () => {
  const customer = aCustomer();
  await insert('recipient', customer);
  await expect(insert('recipient', aCustomer({ customer_id: customer['customer_id'] }))).rejects.toMatchObject(refusal('23505', 'recipient_customer_id_key'));
  const staff = { kind: 'STAFF', customer_id: null, audience: 'contracts:write' };
  await insert('recipient', aCustomer(staff));
  await expect(insert('recipient', aCustomer(staff))).rejects.toMatchObject(refusal('23505', 'recipient_audience_key'));
});

test.each<[string, Values, string, string]>([
  ['a name that is none', { name: 'Groß' }, '23514', 'template_name_check'],
  ['an unknown channel', { channel: 'FAX' }, '23514', 'template_channel_check'],
  ['a language that we do not write', { locale: 'fr-FR' }, '23514', 'template_locale_check'],
  ['the version 0', { version: 0 }, '23514', 'template_version_check'],
  ['a mail without a subject', { subject: null }, '23514', 'a_mail_is_whole'],
  ['a mail without HTML', { html: null }, '23514', 'a_mail_is_whole'],
  ['no text', { text: null }, '23502', 'text'],
  ['an empty text', { text: '' }, '23514', 'template_text_check'],
  ['an empty subject', { subject: '' }, '23514', 'template_subject_check'],
  ['variables that are no list', { variables: '{}' }, '23514', 'template_variables_check'],
  ['an end before its beginning', { valid_until: AT }, '23514', 'a_validity_has_a_length'],
  ['nobody who published it', { published_by: '' }, '23514', 'template_published_by_check'],
])('a template with %s is refused', async (_, changes, code, by) => {
  await expect(insert('template', aTemplate(changes))).rejects.toMatchObject(refusal(code, by));
});

test('one version is valid at a time, has its number once, and never changes', async () => {
  const first = aTemplate({ name: 'versions' });
  await insert('template', first);
  await expect(insert('template', aTemplate({ name: 'versions', version: 2, valid_from: LATER }))).rejects.toMatchObject(refusal('23P01', 'one_version_is_valid_at_a_time'));
  for (const change of [`text = 'x'`, `legal = true`, `valid_from = '${LATER}'`, `variables = '[1]'`]) await expect(db.query(`UPDATE messaging.template SET ${change} WHERE id = $1`, [first['id']]), change).rejects.toMatchObject(refusal('23001', 'published_templates_only_end'));
  await db.query('UPDATE messaging.template SET valid_until = $2 WHERE id = $1', [first['id'], LATER]);
  await expect(db.query('UPDATE messaging.template SET valid_until = NULL WHERE id = $1', [first['id']])).rejects.toMatchObject(refusal('23001', 'published_templates_only_end'));
  await expect(insert('template', aTemplate({ name: 'versions', valid_from: LATER }))).rejects.toMatchObject(refusal('23505', 'template_name_channel_locale_version_key'));
  await insert('template', aTemplate({ name: 'versions', version: 2, valid_from: LATER }));
  await insert('template', aTemplate({ name: 'versions', locale: 'en-US' }));
  await expect(db.query('DELETE FROM messaging.template WHERE id = $1', [first['id']])).rejects.toMatchObject(refusal('23001', 'published_templates_stay'));
});

test.each<[string, Values, string, string]>([
  ['an event that is none', { event_type: 'InvoiceCreated' }, '23514', 'event_template_event_type_check'],
  ['a template that is none', { template_name: 'Groß' }, '23514', 'event_template_template_name_check'],
  ['an unknown channel', { channel: 'FAX' }, '23514', 'event_template_channel_check'],
  ['an empty audience', { audience: '' }, '23514', 'event_template_audience_check'],
  ['a second row for the same', { event_type: 'billing.InvoiceCreated', template_name: 'invoice-created' }, '23505', 'event_template_pkey'],
])('a mapping with %s is refused', async (_, changes, code, by) => {
  await expect(insert('event_template', { event_type: 'x.Y', template_name: 'xy', channel: 'EMAIL', ...changes })).rejects.toMatchObject(refusal(code, by));
});

test.each<[string, Values, string, string]>([
  ['an unknown status', { status: 'LOST' }, '23514', 'a_pending_message_has_a_next_try'],
  ['an unknown recipient', { recipient_id: newId() }, '23503', 'message_recipient_id_fkey'],
  ['an unknown template', { template_id: newId() }, '23503', 'message_template_id_channel_fkey'],
  ['another channel than its template', { channel: 'SMS' }, '23503', 'message_template_id_channel_fkey'],
  ['no next try', { next_retry_at: null }, '23514', 'a_pending_message_has_a_next_try'],
  ['a next try after its end', { status: 'SENT', sent_at: AT, settled_at: AT }, '23514', 'a_pending_message_has_a_next_try'],
  ['no end although it was sent', { status: 'SENT', sent_at: AT, next_retry_at: null }, '23514', 'settled_is_final'],
  ['an end although it is pending', { settled_at: AT }, '23514', 'settled_is_final'],
  ['sending without its time', { status: 'SENT', settled_at: AT, next_retry_at: null }, '23514', 'sent_has_its_time'],
  ['a failure without a reason', { status: 'FAILED', settled_at: AT, next_retry_at: null }, '23514', 'what_was_not_sent_says_why'],
  ['a suppression without a reason', { status: 'SUPPRESSED', settled_at: AT, next_retry_at: null }, '23514', 'what_was_not_sent_says_why'],
  ['six tries', { attempts: 6 }, '23514', 'five_tries_are_enough'],
  ['fewer tries than none', { attempts: -1 }, '23514', 'five_tries_are_enough'],
  ['half a claim', { claimed_by: newId() }, '23514', 'a_claim_is_whole'],
  ['a claim after its end', { status: 'SENT', sent_at: AT, settled_at: AT, next_retry_at: null, claimed_by: newId(), claimed_until: AT }, '23514', 'only_pending_messages_are_claimed'],
  ['a place in the queue after its end', { status: 'SENT', sent_at: AT, settled_at: AT, next_retry_at: null, queued_until: AT }, '23514', 'only_pending_messages_are_claimed'],
  ['a hand-over without a try', { handed_over_at: AT }, '23514', 'only_the_claimed_is_handed_over'],
  ['a failure that nobody confirmed', { status: 'FAILED', reason: 'x', settled_at: AT, next_retry_at: null, unconfirmed: true }, '23514', 'only_the_sent_is_unconfirmed'],
  ['an empty payload', { payload_sealed: '' }, '23514', 'message_payload_sealed_check'],
  ['an empty reason', { reason: '' }, '23514', 'message_reason_check'],
])('a message with %s is refused', async (_, changes, code, by) => {
  await expect(insert('message', aMessage(changes))).rejects.toMatchObject(refusal(code, by));
});

test('an event writes to a recipient once per channel', async () => {
  const message = aMessage();
  await insert('message', message);
  await expect(insert('message', aMessage({ event_id: message['event_id'] }))).rejects.toMatchObject(refusal('23505', 'message_event_id_channel_recipient_id_key'));
  const other = aCustomer();
  await insert('recipient', other);
  await insert('message', aMessage({ event_id: message['event_id'], recipient_id: other['id'] }));
});

test('the transitions of the database are those of the code', async () => {
  const { rows } = await db.query<{ edge: string }>(`SELECT from_status || ' ' || to_status AS edge FROM messaging.message_transition`);
  expect(rows.map(({ edge }) => edge).sort()).toEqual(Object.entries(TRANSITIONS).flatMap(([from, to]) => to.map((status) => `${from} ${status}`)).sort());
  await expect(insert('message_transition', { from_status: 'SENT', to_status: 'SENT' })).rejects.toMatchObject(refusal('23514', 'message_transition_check'));
});

test('what a message says never changes, it never moves backwards, and it stays', async () => {
  const message = aMessage({ status: 'SENT', sent_at: AT, settled_at: AT, next_retry_at: null });
  await insert('message', message);
  for (const [change, by] of [
    [`payload_sealed = 'x'`, 'what_a_message_says_never_changes'], [`event_id = gen_random_uuid()`, 'what_a_message_says_never_changes'], [`customer_id = gen_random_uuid()`, 'what_a_message_says_never_changes'],
    [`status = 'PENDING', next_retry_at = now(), settled_at = NULL`, 'messages_move_along_their_transitions'], [`status = 'FAILED', reason = 'x'`, 'messages_move_along_their_transitions'],
  ] as const)
    await expect(db.query(`UPDATE messaging.message SET ${change} WHERE id = $1`, [message['id']]), change).rejects.toMatchObject(refusal('23001', by));
  await expect(db.query('DELETE FROM messaging.message WHERE id = $1', [message['id']])).rejects.toMatchObject(refusal('23001', 'messages_are_never_deleted'));
  await db.query(`UPDATE messaging.message SET status = 'BOUNCED', reason = 'no such user' WHERE id = $1`, [message['id']]);
});

test.each<[string, Values, string, string]>([
  ['an unknown result', { result: 'PERHAPS' }, '23514', 'send_log_result_check'],
  ['the try 0', { attempt: 0 }, '23514', 'send_log_attempt_check'],
  ['a sixth try', { attempt: 6 }, '23514', 'send_log_attempt_check'],
  ['no code', { result_code: '' }, '23514', 'send_log_result_code_check'],
  ['a status that HTTP does not know', { http_status: 99 }, '23514', 'send_log_http_status_check'],
  ['less time than none', { duration_ms: -1 }, '23514', 'send_log_duration_ms_check'],
  ['an unknown message', { message_id: newId() }, '23503', 'send_log_message_id_fkey'],
])('a try with %s is refused', async (_, changes, code, by) => {
  const message = aMessage();
  await insert('message', message);
  await expect(insert('send_log', { message_id: message['id'], attempt: 1, result: 'SENT', result_code: '250', duration_ms: 1, at: AT, ...changes })).rejects.toMatchObject(refusal(code, by));
});

test('a try is logged once and never changes', async () => {
  const message = aMessage();
  await insert('message', message);
  const row = { message_id: message['id'], attempt: 1, result: 'SENT', result_code: '250', duration_ms: 1, at: AT };
  await insert('send_log', row);
  await expect(insert('send_log', row)).rejects.toMatchObject(refusal('23505', 'send_log_message_id_attempt_key'));
  for (const [statement, by] of [[`UPDATE messaging.send_log SET result = 'RETRY'`, 'tries_never_change'], ['DELETE FROM messaging.send_log', 'tries_never_change'], ['TRUNCATE messaging.send_log', 'tries_are_never_emptied']] as const)
    await expect(db.query(statement), statement).rejects.toMatchObject(refusal('23001', by));
});

test('a provider is known by name, and left alone only after a failure', async () => {
  await expect(insert('provider', { name: 'smtp' })).rejects.toMatchObject(refusal('23505', 'provider_pkey'));
  for (const [change, by] of [[`open_until = '${AT}'`, 'provider_check'], ['failures = -1', 'provider_failures_check']] as const)
    await expect(db.query(`UPDATE messaging.provider SET ${change}`), change).rejects.toMatchObject(refusal('23514', by));
});

test('the domain role may not rewrite the past, and a customer sees the own rows only', async () => {
  const staff = await database.open('messaging');
  for (const statement of ['UPDATE messaging.send_log SET attempt = 1', 'DELETE FROM messaging.message', 'TRUNCATE messaging.message', 'DELETE FROM messaging.template', 'DELETE FROM messaging.recipient', `INSERT INTO messaging.message_transition VALUES ('SENT', 'PENDING')`, `INSERT INTO messaging.provider (name) VALUES ('x')`])
    await expect(staff.query(statement), statement).rejects.toMatchObject(refusal('42501', `table ${/messaging\.(\w+)/.exec(statement)![1]}`));
  const [mine, theirs] = [aCustomer(), aCustomer()];
  await insert('recipient', mine);
  await insert('recipient', theirs);
  for (const one of [mine, theirs]) await insert('message', aMessage({ recipient_id: one['id'], customer_id: one['customer_id'] }));
  const runtime = await database.runtime('messaging');
  const own = runtime.tenants.get('demo')!.own(mine['customer_id'] as string);
  expect((await own.query('SELECT customer_id FROM messaging.message')).rows).toEqual([{ customer_id: mine['customer_id'] }]);
  expect((await own.query('SELECT customer_id FROM messaging.recipient')).rows).toEqual([{ customer_id: mine['customer_id'] }]);
  for (const statement of ['SELECT * FROM messaging.send_log', `UPDATE messaging.recipient SET opted_out = '{}'`, 'SELECT * FROM messaging.outbox']) await expect(own.query(statement), statement).rejects.toThrow(/not open to customers|denied|read-only/);
});
