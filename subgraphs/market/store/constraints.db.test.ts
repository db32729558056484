// Each promise of the market's tables, broken on purpose.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Client } from 'pg';
import { newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { refusal } from '../../../tests/refusal.ts';
import { TRANSITIONS } from '../messages/status.ts';

const PARTNER = '9999000100012';
const MALO = '41373559241';
const AT = '2026-11-24T09:00:00Z';
const BYTES = Buffer.alloc(40, 1);
const GROUP = '11XSTROMGRAPH--B';
const aboutGroup = (changes: Values): Values => ({ malo_id: null, contract_id: null, customer_id: null, payload_sealed: null, balancing_group_code: GROUP, payload: '{}', ...changes });

let database: TestDatabase;
let db: Client;
beforeAll(async () => {
  database = await testDatabase();
  db = database.owner;
  await db.query(`INSERT INTO market.market_partner (code, role, created_at) VALUES ($1, 'NB', $2)`, [PARTNER, AT]);
});
afterAll(() => database.drop());

type Values = Record<string, unknown>;
const insert = (table: string, values: Values) => {
  const columns = Object.keys(values);
  return db.query(`INSERT INTO market.${table} (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`, Object.values(values));
};

let id: string;
let sequence = 0;
const prepared = (changes: Values = {}): Values => ({
  id: newId(), message_type: '55001', malo_id: MALO, sequence: ++sequence, process_id: newId(), contract_id: newId(), customer_id: newId(), partner_code: PARTNER,
  document_number: newId(), transaction_number: newId(), payload_sealed: 'sealed', deadline_at: AT, expires_at: AT, prepared_at: AT, ...changes,
});
const pending = (changes: Values = {}): Values => ({ id, message_type: '55001', malo_id: MALO, sequence, status: 'PENDING', next_attempt_at: AT, queued_at: AT, ...changes });
const inbound = (changes: Values = {}): Values => ({ id: newId(), kind: 'MARKET_MESSAGE', provider_cursor: 1, arrived_by: 'WEBHOOK', body: BYTES, key_version: 1, occurred_at: AT, received_at: AT, ...changes });
const audit = (changes: Values = {}): Values => ({ id: newId(), message_id: id, kind: 'SUBMITTED', reference: 'tck', original: BYTES, ticket_id: BYTES, key_version: 1, recorded_at: AT, keep_until: '2036-12-31', ...changes });

beforeEach(async () => {
  const row = prepared();
  id = row['id'] as string;
  await insert('message_prepared', row);
});

test.each<[string, Values, string, string]>([
  ['a code that is no code', { code: '123' }, '23514', 'market_partner_code_check'],
  ['an unknown role', { role: 'KING' }, '23514', 'market_partner_role_check'],
  ['a role of two for one code', { code: PARTNER }, '23505', 'market_partner_pkey'],
  ['a grid operator with a balancing group of ours', { own_balancing_group: '11XSTROMGRAPH--B' }, '23514', 'only_suppliers_apply'],
  ['a balancing group of another form', { role: 'LF', own_balancing_group: '11x' }, '23514', 'market_partner_own_balancing_group_check'],
  ['an empty name', { name: '' }, '23514', 'market_partner_name_check'],
  ['an empty contact', { contact: '' }, '23514', 'market_partner_contact_check'],
])('a partner with %s is refused', async (_, changes, code, by) => {
  await expect(insert('market_partner', { code: '9999000100020', role: 'NB', created_at: AT, ...changes })).rejects.toMatchObject(refusal(code, by));
});

test('we apply under one code at a time', async () => {
  await insert('market_partner', { code: '9999000900016', role: 'LF', own_balancing_group: '11XSTROMGRAPH--B', created_at: AT });
  await expect(insert('market_partner', { code: '9999000900024', role: 'LF', own_balancing_group: '11XSTROMGRAPH--B', created_at: AT })).rejects.toMatchObject(refusal('23505', 'we_have_one_supplier_code'));
});

test.each<[string, Values, string, string]>([
  ['a type that is none', { message_type: 'x' }, '23514', 'message_prepared_message_type_check'],
  ['a market location that is none', { malo_id: '01373559241' }, '23514', 'message_prepared_malo_id_check'],
  ['the number 0', { sequence: 0 }, '23514', 'message_prepared_sequence_check'],
  ['an unknown partner', { partner_code: '9999000100038' }, '23503', 'message_prepared_partner_code_fkey'],
  ['an empty payload', { payload_sealed: '' }, '23514', 'message_prepared_payload_sealed_check'],
  ['an empty document number', { document_number: '' }, '23514', 'message_prepared_document_number_check'],
  ['a transaction number that EDIFACT would cut', { transaction_number: 'x'.repeat(71) }, '23514', 'message_prepared_transaction_number_check'],
  ['no deadline', { deadline_at: null }, '23502', 'deadline_at'],
  ['two subjects', { balancing_group_code: GROUP }, '23514', 'a_message_is_about_one_thing'],
  ['no subject', { malo_id: null, contract_id: null, customer_id: null, payload_sealed: null, payload: '{}' }, '23502', 'subject'],
  ['a market location of nobody', { contract_id: null }, '23514', 'messages_about_a_market_location_are_of_a_customer'],
  ['a customer in clear', { payload: '{}', payload_sealed: null }, '23514', 'personal_data_are_sealed'],
  ['a grid area for a balancing group', aboutGroup({ balancing_group_code: '11YSTROM-NORD--9' }), '23514', 'message_prepared_balancing_group_code_check'],
  ['a sealed text under no key', aboutGroup({ payload_sealed: 'x' }), '23514', 'personal_data_are_sealed'],
  ['nothing to say', aboutGroup({ payload: '' }), '23514', 'message_prepared_payload_check'],
  ['a balancing group and a contract', aboutGroup({ contract_id: newId() }), '23514', 'messages_about_a_market_location_are_of_a_customer'],
])('a prepared message with %s is refused', async (_, changes, code, by) => {
  await expect(insert('message_prepared', prepared(changes))).rejects.toMatchObject(refusal(code, by));
});

test('one application makes one message of a type', async () => {
  const row = prepared();
  await insert('message_prepared', row);
  await expect(insert('message_prepared', prepared({ process_id: row['process_id'] }))).rejects.toMatchObject(refusal('23505', 'message_prepared_process_id_message_type_key'));
  await expect(insert('message_prepared', prepared({ document_number: row['document_number'] }))).rejects.toMatchObject(refusal('23505', 'message_prepared_document_number_key'));
  await expect(insert('message_prepared', prepared({ transaction_number: row['transaction_number'] }))).rejects.toMatchObject(refusal('23505', 'message_prepared_transaction_number_key'));
});

test.each<[string, Values, string, string]>([
  ['an unknown status', { status: 'LOST' }, '23514', 'a_pending_message_has_a_next_try'],
  ['no next try', { next_attempt_at: null }, '23514', 'a_pending_message_has_a_next_try'],
  ['a next try although it was sent', { status: 'SENT', ticket_id: 't', sent_at: AT }, '23514', 'a_pending_message_has_a_next_try'],
  ['a ticket before it was sent', { ticket_id: 't', sent_at: AT }, '23514', 'a_ticket_comes_with_sending'],
  ['a ticket without its time', { status: 'SENT', next_attempt_at: null, ticket_id: 't' }, '23514', 'a_ticket_comes_with_sending'],
  ['delivery without a ticket', { status: 'DELIVERED', next_attempt_at: null, settled_at: AT }, '23514', 'what_was_sent_has_a_ticket'],
  ['an end without its time', { status: 'EXPIRED', next_attempt_at: null }, '23514', 'settled_is_final'],
  ['a claim after its end', { status: 'EXPIRED', next_attempt_at: null, settled_at: AT, claimed_until: AT }, '23514', 'only_pending_messages_are_claimed'],
  ['a place in the queue after its end', { status: 'EXPIRED', next_attempt_at: null, settled_at: AT, queued_until: AT }, '23514', 'only_pending_messages_are_claimed'],
  ['fewer tries than none', { attempts: -1 }, '23514', 'message_attempts_check'],
  ['an empty error', { last_error: '' }, '23514', 'message_last_error_check'],
  ['an answer without its time', { outcome: 'REJECTED' }, '23514', 'an_answer_is_whole'],
  ['an unknown outcome', { outcome: 'PERHAPS', answered_at: AT }, '23514', 'message_outcome_check'],
  ['a code without its list', { outcome: 'REJECTED', answered_at: AT, outcome_code: 'A02' }, '23514', 'a_code_needs_its_list'],
  ['another sequence than the prepared one', { sequence: 999 }, '23503', 'message_id_message_type_subject_sequence_fkey'],
  ['another market location than the prepared one', { malo_id: '51238696781' }, '23503', 'message_id_message_type_subject_sequence_fkey'],
])('a message with %s is refused', async (_, changes, code, by) => {
  await expect(insert('message', pending(changes))).rejects.toMatchObject(refusal(code, by));
});

test('a type, market location and sequence has one message', async () => {
  const first = pending();
  await insert('message', first);
  const other = prepared({ id: newId(), sequence: sequence });
  await insert('message_prepared', other);
  await expect(insert('message', { ...first, id: other['id'] })).rejects.toMatchObject(refusal('23505', 'message_message_type_subject_sequence_key'));
});

test('a message about a balancing group is that of its prepared one', async () => {
  const row = prepared(aboutGroup({ message_type: 'SCHEDULE' }));
  await insert('message_prepared', row);
  const message = (changes: Values) => insert('message', pending({ id: row['id'], message_type: 'SCHEDULE', malo_id: null, balancing_group_code: GROUP, ...changes }));
  await expect(message({ malo_id: MALO })).rejects.toMatchObject(refusal('23514', 'message_is_about_what_was_prepared'));
  await expect(message({ balancing_group_code: '11XOTHERGROUP--D' })).rejects.toMatchObject(refusal('23503', 'message_id_message_type_subject_sequence_fkey'));
  await message({});
});

test('a ticket belongs to one message', async () => {
  const sent = { status: 'SENT', next_attempt_at: null, ticket_id: newId(), sent_at: AT };
  await insert('message', pending(sent));
  const other = prepared();
  await insert('message_prepared', other);
  await expect(insert('message', pending({ ...sent, id: other['id'] }))).rejects.toMatchObject(refusal('23505', 'message_ticket_id_key'));
});

test('the transitions of the database are those of the code', async () => {
  const { rows } = await db.query<{ edge: string }>(`SELECT from_status || ' ' || to_status AS edge FROM market.message_transition`);
  const ours = Object.entries(TRANSITIONS).flatMap(([from, to]) => to.map((status) => `${from} ${status}`));
  expect(rows.map(({ edge }) => edge).sort()).toEqual(ours.sort());
  await expect(db.query(`INSERT INTO market.message_transition VALUES ('SENT', 'SENT')`)).rejects.toMatchObject(refusal('23514', 'message_transition_check'));
});

test('a message never moves against its transitions, nor loses its ticket, answer or itself', async () => {
  await insert('message', pending({ status: 'DELIVERED', next_attempt_at: null, ticket_id: newId(), sent_at: AT, settled_at: AT, outcome: 'REJECTED', answered_at: AT, outcome_code: 'A02', outcome_code_list: 'E_0622' }));
  for (const [change, by] of [[`status = 'SENT', settled_at = NULL`, 'messages_move_along_their_transitions'], [`ticket_id = 'another'`, 'tickets_and_answers_stay'], [`outcome = 'CONFIRMED'`, 'tickets_and_answers_stay'], [`outcome_code = 'A51'`, 'tickets_and_answers_stay']] as const)
    await expect(db.query(`UPDATE market.message SET ${change} WHERE id = $1`, [id]), change).rejects.toMatchObject(refusal('23001', by));
  await expect(db.query('DELETE FROM market.message WHERE id = $1', [id])).rejects.toMatchObject(refusal('23001', 'messages_are_never_deleted'));
  await db.query(`UPDATE market.message SET status = 'NACK' WHERE id = $1`, [id]);
});

test('what was prepared never changes', async () => {
  await expect(db.query(`UPDATE market.message_prepared SET payload_sealed = 'x' WHERE id = $1`, [id])).rejects.toMatchObject(refusal('23001', 'prepared_messages_never_change'));
  await expect(db.query('DELETE FROM market.message_prepared WHERE id = $1', [id])).rejects.toMatchObject(refusal('23001', 'prepared_messages_never_change'));
  await expect(db.query('TRUNCATE market.message_prepared CASCADE')).rejects.toMatchObject(refusal('23001', 'prepared_messages_are_never_emptied'));
});

test.each<[string, Values, string, string]>([
  ['a kind that is none', { kind: 'GUESSED' }, '23514', 'message_audit_kind_check'],
  ['no text', { original: null }, '23502', 'original'],
  ['a text that cannot be encrypted', { original: Buffer.from('{}') }, '23514', 'message_audit_original_check'],
  ['a ticket that cannot be encrypted', { ticket_id: Buffer.from('tck') }, '23514', 'message_audit_ticket_id_check'],
  ['a hash that cannot be encrypted', { kind: 'ACKNOWLEDGED', edifact_hash: Buffer.from('00') }, '23514', 'message_audit_edifact_hash_check'],
  ['a hash without an acknowledgement', { edifact_hash: BYTES }, '23514', 'only_acknowledgements_carry_a_hash'],
  ['no key', { key_version: 0 }, '23514', 'message_audit_key_version_check'],
  ['less than ten years', { keep_until: '2036-11-23' }, '23514', 'proof_is_kept_ten_years'],
  ['a message that is unknown', { message_id: newId() }, '23503', 'message_audit_message_id_fkey'],
])('a proof with %s is refused', async (_, changes, code, by) => {
  await expect(insert('message_audit', audit(changes))).rejects.toMatchObject(refusal(code, by));
});

test('a proof is kept once and never changes', async () => {
  await insert('message_audit', audit());
  await expect(insert('message_audit', audit())).rejects.toMatchObject(refusal('23505', 'message_audit_message_id_kind_reference_key'));
  await expect(db.query(`UPDATE market.message_audit SET reference = 'x'`)).rejects.toMatchObject(refusal('23001', 'audit_never_changes'));
  await expect(db.query('DELETE FROM market.message_audit')).rejects.toMatchObject(refusal('23001', 'audit_never_changes'));
  await expect(db.query('TRUNCATE market.message_audit')).rejects.toMatchObject(refusal('23001', 'audit_is_never_emptied'));
});

test.each<[string, Values, string, string]>([
  ['an empty id', { id: '' }, '23514', 'inbound_message_id_check'],
  ['an unknown kind', { kind: 'RUMOUR' }, '23514', 'inbound_message_kind_check'],
  ['an unknown way', { arrived_by: 'FAX' }, '23514', 'inbound_message_arrived_by_check'],
  ['half a document', { sender_code: PARTNER }, '23514', 'a_document_is_whole'],
  ['no content', { body: Buffer.alloc(0) }, '23514', 'inbound_message_body_check'],
  ['no key', { key_version: 0 }, '23514', 'inbound_message_key_version_check'],
  ['a cursor below 0', { provider_cursor: -1 }, '23514', 'inbound_message_provider_cursor_check'],
  ['an unknown message', { message_id: newId() }, '23503', 'inbound_message_message_id_fkey'],
  ['an effect without its time', { status: 'APPLIED' }, '23514', 'applied_has_its_time'],
  ['a time without an effect', { applied_at: AT }, '23514', 'applied_has_its_time'],
  ['a person to decide who is not told why', { status: 'MANUAL', applied_at: AT }, '23514', 'manual_says_why'],
])('an inbound message with %s is refused', async (_, changes, code, by) => {
  await expect(insert('inbound_message', inbound(changes))).rejects.toMatchObject(refusal(code, by));
});

test('an inbound message is stored once, its document has one effect, and what was delivered stays', async () => {
  const document = { sender_code: PARTNER, document_number: newId(), transaction_number: newId() };
  const [first, second] = [inbound(document), inbound(document)];
  await insert('inbound_message', first);
  await insert('inbound_message', second);
  await expect(insert('inbound_message', first)).rejects.toMatchObject(refusal('23505', 'inbound_message_pkey'));
  const apply = (row: Values) => db.query(`UPDATE market.inbound_message SET status = 'APPLIED', applied_at = $2 WHERE id = $1`, [row['id'], AT]);
  await apply(first);
  await expect(apply(second)).rejects.toMatchObject(refusal('23505', 'a_document_has_its_effect_once'));
  await expect(db.query(`UPDATE market.inbound_message SET status = 'RECEIVED', applied_at = NULL WHERE id = $1`, [first['id']])).rejects.toMatchObject(refusal('23001', 'what_was_delivered_stays'));
  await expect(db.query('UPDATE market.inbound_message SET body = $2 WHERE id = $1', [second['id'], Buffer.alloc(41)])).rejects.toMatchObject(refusal('23001', 'what_was_delivered_stays'));
  await expect(db.query('DELETE FROM market.inbound_message WHERE id = $1', [first['id']])).rejects.toMatchObject(refusal('23001', 'what_was_delivered_is_never_deleted'));
});

test('one signed call is accepted once', async () => {
  const receipt = { webhook_id: newId(), signed_at: AT, received_at: AT };
  await insert('webhook_receipt', receipt);
  await expect(insert('webhook_receipt', receipt)).rejects.toMatchObject(refusal('23505', 'webhook_receipt_pkey'));
  await expect(insert('webhook_receipt', { ...receipt, webhook_id: '' })).rejects.toMatchObject(refusal('23514', 'webhook_receipt_webhook_id_check'));
});

test('a provider is known by name, and left alone only after a failure', async () => {
  await expect(insert('provider', { name: 'clearing-house' })).rejects.toMatchObject(refusal('23505', 'provider_pkey'));
  for (const [change, by] of [[`open_until = '${AT}'`, 'provider_check'], ['failures = -1', 'provider_failures_check'], ['received_cursor = -1', 'provider_received_cursor_check']] as const)
    await expect(db.query(`UPDATE market.provider SET ${change}`), change).rejects.toMatchObject(refusal('23514', by));
});

test('the domain role may not rewrite what was exchanged, and the role of own rows sees nothing', async () => {
  const staff = await database.open('market');
  for (const statement of ['UPDATE market.message_audit SET reference = $$x$$', 'DELETE FROM market.message_prepared', 'TRUNCATE market.message', 'DELETE FROM market.inbound_message', 'UPDATE market.webhook_receipt SET webhook_id = $$x$$', 'DELETE FROM market.market_partner', `INSERT INTO market.message_transition VALUES ('NACK', 'SENT')`])
    await expect(staff.query(statement), statement).rejects.toMatchObject(refusal('42501', `table ${/market\.(\w+)/.exec(statement)![1]}`));
  const runtime = await database.runtime('market');
  const own = runtime.tenants.get('demo')!.own(newId());
  for (const table of ['message', 'message_prepared', 'message_audit', 'inbound_message', 'market_partner']) await expect(own.query(`SELECT * FROM market.${table}`), table).rejects.toThrow('not open to customers');
});
