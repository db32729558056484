// Each promise of the tables against a row that would break it, by the role that the product has.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { testDatabase, type TestDatabase } from '../../../tests/database.ts';
import { refusal } from '../../../tests/refusal.ts';

let database: TestDatabase;
let db: Db;
const [staff, customer, session, service, key] = [newId(), newId(), newId(), newId(), newId()];

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('identity');
  await db.query(`INSERT INTO identity."user" (id, kind, email, name, customer_id, created_at, updated_at) VALUES
    ('${staff}', 'STAFF', 'staff@a.test', 'Staff', NULL, now(), now()), ('${customer}', 'CUSTOMER', 'kunde@a.test', 'Kunde', '${newId()}', now(), now())`);
  await db.query(`INSERT INTO identity.session (id, user_id, started_at, expires_at) VALUES ('${session}', '${staff}', now(), now() + interval '1 day')`);
  await db.query(`INSERT INTO identity.refresh_token (hash, session_id, issued_at) VALUES (sha256('1'), '${session}', now())`);
  await db.query(`INSERT INTO identity.service_account VALUES ('${service}', 'lake', now())`);
  await db.query(`INSERT INTO identity.api_key (id, name, prefix, hash, channel, created_at, expires_at) VALUES ('${key}', 'Key', 'abcdefgh', sha256('k'), 'WEB', now(), now() + interval '1 day')`);
  await db.query(`INSERT INTO identity.login_attempt (account_hash, failed_at) VALUES (sha256('a'), now())`);
  await db.query(`INSERT INTO identity.access_withdrawal (subject_kind, subject_id, session_id, reason, withdrawn_at) VALUES ('USER', '${staff}', '${session}', 'LOGOUT', now())`);
  await db.query(signing('CURRENT', 'current-key'));
  await db.query(signing('NEXT', 'next-key-1'));
});
afterAll(() => database?.drop());

const [CHECK, UNIQUE, FOREIGN, RESTRICT, NOT_NULL, FORBIDDEN] = ['23514', '23505', '23503', '23001', '23502', '42501'];
const user = (columns: string) => `INSERT INTO identity."user" (id, kind, email, name, customer_id, created_at, updated_at) VALUES ('${newId()}', ${columns}, now(), now())`;
const anApiKey = (columns: string) => `INSERT INTO identity.api_key (id, name, prefix, hash, channel, service_account_id, expires_at, created_at) VALUES ('${newId()}', ${columns}, now())`;
const withdrawal = (columns: string) => `INSERT INTO identity.access_withdrawal (subject_kind, subject_id, session_id, epoch_below, reason, withdrawn_at) VALUES (${columns}, now())`;
const token = (columns: string) => `INSERT INTO identity.refresh_token (hash, session_id, issued_at, used_at, successor_hash, successor_key_version) VALUES (${columns})`;
const signing = (status: string, id: string, more: { jwk?: string; sealed?: string; current?: string; retired?: string } = {}) =>
  `INSERT INTO identity.signing_key (id, status, public_key, sealed_private_key, key_version, created_at, current_at, retired_at) VALUES ('${id}', '${status}',
     '${more.jwk ?? `{"crv":"Ed25519","kid":"${id}"}`}', ${more.sealed ?? (status === 'RETIRED' ? 'NULL' : `'x'`)}, 1, now(),
     ${more.current ?? (status === 'NEXT' ? 'NULL' : 'now()')}, ${more.retired ?? (status === 'RETIRED' ? 'now()' : 'NULL')})`;

test.each<[string, string, string, string]>([
  ['a scope that would be everybody’s', `INSERT INTO identity.scope VALUES ('session', 'x')`, FORBIDDEN, 'table scope'],
  ['a new scope by the application', `INSERT INTO identity.scope VALUES ('billing:steal', 'x')`, FORBIDDEN, 'table scope'],
  ['a role of an unknown kind', `INSERT INTO identity.role VALUES ('X', 'ROBOT', 'x')`, CHECK, 'role_kind_check'],
  ['a role with a bad name', `INSERT INTO identity.role VALUES ('x y', 'STAFF', 'x')`, CHECK, 'role_name_check'],
  ['a role twice', `INSERT INTO identity.role VALUES ('ADMIN', 'STAFF', 'x')`, UNIQUE, 'role_pkey'],
  ['a grant of a scope that does not exist', `INSERT INTO identity.role_scope VALUES ('AGENT', 'gateway:internal')`, FOREIGN, 'role_scope_scope_fkey'],
  ['a grant to no role', `INSERT INTO identity.role_scope VALUES ('NOBODY', 'operations')`, FOREIGN, 'role_scope_role_fkey'],
  ['an address in capitals', user(`'STAFF', 'A@a.test', 'A', NULL`), CHECK, 'user_email_check'],
  ['an address that is none', user(`'STAFF', 'a', 'A', NULL`), CHECK, 'user_email_check'],
  ['an address twice', user(`'STAFF', 'staff@a.test', 'A', NULL`), UNIQUE, 'user_by_email'],
  ['a user without a name', user(`'STAFF', 'b@a.test', '', NULL`), CHECK, 'user_name_check'],
  ['staff that is a customer', user(`'STAFF', 'b@a.test', 'B', '${newId()}'`), CHECK, 'customers_users_name_their_customer'],
  ['a customer that is none', user(`'CUSTOMER', 'b@a.test', 'B', NULL`), CHECK, 'customers_users_name_their_customer'],
  ['a user of an unknown kind', user(`'ROBOT', 'b@a.test', 'B', NULL`), CHECK, 'user_kind_check'],
  ['an earlier epoch', `UPDATE identity."user" SET access_epoch = 0 WHERE id = '${staff}'`, RESTRICT, 'epochs_only_rise'],
  ['a staff role for a customer', `INSERT INTO identity.user_role VALUES ('${customer}', 'CUSTOMER', 'ADMIN')`, FOREIGN, 'user_role_role_kind_fkey'],
  ['a staff role for a customer who says staff', `INSERT INTO identity.user_role VALUES ('${customer}', 'STAFF', 'ADMIN')`, FOREIGN, 'user_role_user_id_kind_fkey'],
  ['a customer’s role for staff', `INSERT INTO identity.user_role VALUES ('${staff}', 'STAFF', 'CUSTOMER')`, FOREIGN, 'user_role_role_kind_fkey'],
  ['a password in clear', `INSERT INTO identity.password VALUES ('${staff}', 'secret', now())`, CHECK, 'password_hash_check'],
  ['a password of nobody', `INSERT INTO identity.password VALUES ('${newId()}', '$argon2id$v=19$x', now())`, FOREIGN, 'password_user_id_fkey'],
  ['a session that ends before it starts', `INSERT INTO identity.session (id, user_id, started_at, expires_at) VALUES ('${newId()}', '${staff}', now(), now())`, CHECK, 'session_check'],
  ['a session that ended for no reason', `INSERT INTO identity.session (id, user_id, started_at, expires_at, ended_at) VALUES ('${newId()}', '${staff}', now(), now() + interval '1 s', now())`, CHECK, 'session_check1'],
  ['a session of nobody', `INSERT INTO identity.session (id, user_id, started_at, expires_at) VALUES ('${newId()}', '${newId()}', now(), now() + interval '1 s')`, FOREIGN, 'session_user_id_fkey'],
  ['a refresh token in clear', token(`'secret', '${session}', now(), NULL, NULL, NULL`), CHECK, 'refresh_token_hash_check'],
  ['a second unused token of a session', token(`sha256('2'), '${session}', now(), NULL, NULL, NULL`), UNIQUE, 'one_unused_token_per_session'],
  ['a used token without a successor', token(`sha256('2'), '${session}', now(), now(), NULL, NULL`), CHECK, 'used_tokens_have_a_successor'],
  ['a successor that does not exist', token(`sha256('2'), '${session}', now(), now(), sha256('3'), 1`), FOREIGN, 'refresh_token_successor_hash_fkey'],
  ['a token that succeeds itself', token(`sha256('2'), '${session}', now(), now(), sha256('2'), 1`), CHECK, 'refresh_token_check1'],
  ['a token that was used before it was issued', token(`sha256('2'), '${session}', now(), now() - interval '1 s', sha256('1'), 1`), CHECK, 'refresh_token_check'],
  ['an attempt of an account in clear', `INSERT INTO identity.login_attempt (account_hash, failed_at) VALUES ('a@a.test', now())`, CHECK, 'login_attempt_account_hash_check'],
  ['a changed attempt', `UPDATE identity.login_attempt SET failed_at = now()`, FORBIDDEN, 'table login_attempt'],
  ['a service of the same name', `INSERT INTO identity.service_account VALUES ('${newId()}', 'lake', now())`, UNIQUE, 'service_account_name_key'],
  ['a service with a bad name', `INSERT INTO identity.service_account VALUES ('${newId()}', 'Big Lake', now())`, CHECK, 'service_account_name_check'],
  ['a key in clear', anApiKey(`'K', 'ABCDEFGH', 'secret', 'WEB', NULL, now() + interval '1 s'`), CHECK, 'api_key_hash_check'],
  ['a key twice', anApiKey(`'K', 'ABCDEFGH', sha256('k'), 'WEB', NULL, now() + interval '1 s'`), UNIQUE, 'api_key_hash_key'],
  ['a prefix twice', anApiKey(`'K', 'abcdefgh', sha256('l'), 'WEB', NULL, now() + interval '1 s'`), UNIQUE, 'api_key_prefix_key'],
  ['a key of a channel and a service', anApiKey(`'K', 'ABCDEFGH', sha256('l'), 'WEB', '${service}', now() + interval '1 s'`), CHECK, 'a_key_is_a_channels_or_a_services'],
  ['a key of nobody', anApiKey(`'K', 'ABCDEFGH', sha256('l'), NULL, NULL, now() + interval '1 s'`), CHECK, 'a_key_is_a_channels_or_a_services'],
  ['a key that never expires', anApiKey(`'K', 'ABCDEFGH', sha256('l'), 'WEB', NULL, NULL`), NOT_NULL, 'expires_at'],
  ['a key that has expired', anApiKey(`'K', 'ABCDEFGH', sha256('l'), 'WEB', NULL, now()`), CHECK, 'api_key_check'],
  ['a key of a channel in small letters', anApiKey(`'K', 'ABCDEFGH', sha256('l'), 'web', NULL, now() + interval '1 s'`), CHECK, 'api_key_channel_check'],
  ['a key that lives longer than it was made for', `UPDATE identity.api_key SET expires_at = now() + interval '9 days' WHERE id = '${key}'`, RESTRICT, 'keys_are_only_ever_revoked'],
  ['a key with a scope that does not exist', `INSERT INTO identity.api_key_scope VALUES ('${key}', 'gateway:internal')`, FOREIGN, 'api_key_scope_scope_fkey'],
  ['a second current key', signing('CURRENT', 'current-2'), UNIQUE, 'one_key_signs'],
  ['a second next key', signing('NEXT', 'next-key-2'), UNIQUE, 'one_key_signs'],
  ['a published private key', signing('RETIRED', 'retired-1', { jwk: '{"crv":"Ed25519","kid":"retired-1","d":"x"}' }), CHECK, 'signing_key_check'],
  ['a public key of another name', signing('RETIRED', 'retired-1', { jwk: '{"crv":"Ed25519","kid":"retired-2"}' }), CHECK, 'signing_key_check'],
  ['a key of another curve', signing('RETIRED', 'retired-1', { jwk: '{"crv":"P-256","kid":"retired-1"}' }), CHECK, 'signing_key_check'],
  ['a retired key that could sign', signing('RETIRED', 'retired-1', { sealed: `'x'` }), CHECK, 'retired_keys_cannot_sign'],
  ['a retired key without its time', signing('RETIRED', 'retired-1', { retired: 'NULL' }), CHECK, 'signing_key_check4'],
  ['a key that retired before it signed', signing('RETIRED', 'retired-1', { retired: `now() - interval '1 s'` }), CHECK, 'signing_key_check2'],
  ['a session’s withdrawal without the session', withdrawal(`'USER', '${staff}', NULL, NULL, 'LOGOUT'`), CHECK, 'a_session_an_epoch_or_a_key'],
  ['a key’s withdrawal with a session', withdrawal(`'API_KEY', '${key}', '${session}', NULL, 'KEY_REVOKED'`), CHECK, 'a_session_an_epoch_or_a_key'],
  ['a withdrawal for an unknown reason', withdrawal(`'USER', '${staff}', NULL, 2, 'WHIM'`), CHECK, 'access_withdrawal_reason_check'],
  ['a withdrawal of the first epoch', withdrawal(`'USER', '${staff}', NULL, 1, 'LOGOUT'`), CHECK, 'access_withdrawal_epoch_below_check'],
  ['a changed withdrawal', `UPDATE identity.access_withdrawal SET reason = 'LOGOUT'`, FORBIDDEN, 'table access_withdrawal'],
])('refused: %s', async (_, statement, code, by) => {
  await expect(db.query(statement)).rejects.toMatchObject(refusal(code, by));
});

test('what has ended stays so, even for the owner', async () => {
  await db.query(`UPDATE identity.session SET ended_at = now(), end_reason = 'LOGOUT' WHERE id = '${session}'`);
  await db.query(`UPDATE identity.api_key SET revoked_at = now() WHERE id = '${key}'`);
  await db.query(`INSERT INTO identity.session (id, user_id, started_at, expires_at) VALUES ('${staff}', '${staff}', now(), now() + interval '1 day')`);
  await database.owner.query(`BEGIN; INSERT INTO identity.refresh_token VALUES (sha256('old'), '${staff}', now(), now(), sha256('new'), 1);
    INSERT INTO identity.refresh_token VALUES (sha256('new'), '${staff}', now()); COMMIT`);
  await database.owner.query(signing('RETIRED', 'retired-3'));
  for (const [revival, by] of [
    [`UPDATE identity.session SET ended_at = NULL, end_reason = NULL WHERE id = '${session}'`, 'ended_sessions_stay_ended'],
    [`UPDATE identity.api_key SET revoked_at = NULL WHERE id = '${key}'`, 'keys_are_only_ever_revoked'],
    [`UPDATE identity.refresh_token SET used_at = NULL, successor_hash = NULL, successor_key_version = NULL WHERE hash = sha256('old')`, 'used_tokens_never_change'],
    [`UPDATE identity.signing_key SET key_version = 2 WHERE id = 'retired-3'`, 'retired_keys_stay_retired'],
    [`UPDATE identity.login_attempt SET failed_at = now()`, 'attempts_never_change'],
    [`UPDATE identity.access_withdrawal SET reason = 'LOGOUT'`, 'withdrawals_never_change'],
  ] as const)
    await expect(database.owner.query(revival), revival).rejects.toMatchObject(refusal(RESTRICT, by));
});
