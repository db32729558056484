// A worker that is killed between handing a mail over and settling it: nobody gets anything twice.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { PrismaClient } from '@stromgraph/prisma-messaging/client';
import { startMail } from '@stromgraph/simulators/mail/server';
import { TEST_KEYS, TEST_SECRET, type TestDatabase, testDatabase } from '../../tests/database.ts';
import { waitFor } from '../../tests/wait.ts';
import { publishBundled } from './actions/publish-template.ts';
import { settleStranded } from './actions/settle-stranded.ts';
import { writeMessage } from './actions/write.ts';
import { CONNECTIONS, openMailer } from './clients/smtp.ts';
import { handOver, startEmailWorker } from './jobs/dispatch.ts';
import type { MessagingRuntime } from './runtime.ts';
import { claim, markHandedOver } from './store/dispatch.ts';
import { saveCustomer } from './store/recipients.ts';
import { validTemplates } from './store/templates.ts';

const NOW = new Date('2026-11-24T09:00:00Z');
const MAILS = 12;
const SENDER = { name: 'Stromgraph', address: 'post@stromgraph.test' };

let database: TestDatabase;
let runtime: MessagingRuntime;
let mail: Awaited<ReturnType<typeof startMail>>;
let child: ChildProcess | undefined;
beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(NOW);
  mail = await startMail({});
  runtime = await database.runtime('messaging', PrismaClient);
  await publishBundled(runtime.tenants.get('demo')!.db);
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await mail.stop();
  await database.drop();
});

async function writeMails(count: number): Promise<string[]> {
  return transact(runtime.tenants.get('demo')!.db, async (tx) => {
    const [template] = await validTemplates(tx, { name: 'service-notice', locale: 'de-DE', at: NOW });
    const ids: string[] = [];
    for (let index = 0; index < count; index++) {
      const contact = { firstName: 'Änne', lastName: `Nr. ${index}`, company: null, email: `nr${index}.${newId()}@example.test`, phone: null };
      const recipient = await saveCustomer(tx, runtime.keyring, { customerId: newId(), contact, locale: 'de-DE' }, NOW);
      ids.push((await writeMessage(tx, runtime.keyring, { eventId: newId(), recipient, contact, template: template!, given: { subject: 'Hallo', body: 'Welt' }, at: NOW, wake: 'requests' }))!);
    }
    return ids;
  });
}
const received = async (): Promise<string[]> =>
  ((await (await fetch(`${mail.url}/_messages`)).json()) as { messages: { headers: { key: string; value: string }[] }[] }).messages.map(({ headers }) => headers.find(({ key }) => key === 'x-stromgraph-message')!.value);
const control = (changes: object) => fetch(`${mail.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(changes) });
const states = async () => (await database.owner.query<{ id: string; status: string; unconfirmed: boolean }>('SELECT id, status, unconfirmed FROM messaging.message')).rows;
/** As if the system time of claims had passed. */
const letClaimsRunOut = () => database.owner.query(`UPDATE messaging.message SET claimed_until = clock_timestamp() - interval '1 s' WHERE claimed_until IS NOT NULL`).then(() => database.owner.query('UPDATE messaging.message SET queued_until = NULL'));

test('a killed worker sends nothing twice: what it had in hand is unconfirmed, the rest goes out by another', async () => {
  await control({ slowMs: 2_000 });
  const ids = await writeMails(MAILS);
  const connections = { demo: { messaging: { staff: await database.urlOf('messaging'), own: await database.urlOf('messaging', 'own') } } };
  child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '..', '..', 'tests', 'messaging-worker.child.ts')], {
    env: { ...process.env, STROMGRAPH_CONNECTIONS: JSON.stringify(connections), STROMGRAPH_KEYS: TEST_KEYS, STROMGRAPH_GATEWAY_SECRET: TEST_SECRET, STROMGRAPH_SMTP_URL: `smtp://127.0.0.1:${mail.smtpPort}`, STROMGRAPH_LOG_LEVEL: 'silent' },
    stdio: 'ignore',
  });
  await waitFor('mails in hand', async () => ((await (await fetch(`${mail.url}/_idle`)).json()) as { pending: number }).pending === CONNECTIONS);
  // Long enough that the server has all of them, not so long that it has answered.
  await waitFor('mails that left a moment ago', async () => (await database.owner.query(`SELECT 1 FROM messaging.message WHERE handed_over_at < clock_timestamp() - interval '500 ms'`)).rowCount === CONNECTIONS);
  child.kill('SIGKILL');
  await waitFor('the mails that were handed over', async () => (await received()).length === CONNECTIONS);
  const inHand = await received();
  await control({ slowMs: 0 });
  await letClaimsRunOut();

  const tenant = runtime.tenants.get('demo')!;
  const mailer = openMailer(`smtp://127.0.0.1:${mail.smtpPort}`, SENDER);
  const worker = await startEmailWorker(runtime, mailer, SENDER);
  await settleStranded(tenant.db);
  await handOver(runtime, tenant);
  await waitFor('all to be settled', async () => (await states()).every(({ status }) => status === 'SENT'));
  expect((await received()).toSorted()).toEqual(ids.toSorted());
  expect((await states()).filter(({ unconfirmed }) => unconfirmed).map(({ id }) => id).toSorted()).toEqual(inHand.toSorted());
  const { rows: events } = await database.owner.query(`SELECT payload ->> 'messageId' AS id, payload ->> 'unconfirmed' AS unconfirmed FROM messaging.outbox WHERE type = 'messaging.NotificationSent'`);
  expect(events.map(({ id }) => id as string).toSorted()).toEqual(ids.toSorted());
  expect(events.filter(({ unconfirmed }) => unconfirmed === 'true')).toHaveLength(CONNECTIONS);
  const { rows: tries } = await database.owner.query(`SELECT result, count(*)::int AS number FROM messaging.send_log GROUP BY result ORDER BY result`);
  expect(tries).toEqual([{ result: 'SENT', number: MAILS - CONNECTIONS }, { result: 'UNKNOWN', number: CONNECTIONS }]);
  await worker.stop();
  mailer.close();
});

test('a claim that ran out gives no right to hand over', async () => {
  const { db } = runtime.tenants.get('demo')!;
  const [id] = await writeMails(1);
  const [slow, quick] = [newId(), newId()];
  expect(await claim(db, [id!], slow)).toEqual([id]);
  expect(await claim(db, [id!], quick)).toEqual([]);
  await letClaimsRunOut();
  expect(await claim(db, [id!], quick)).toEqual([id]);
  expect(await markHandedOver(db, [id!], slow)).toEqual(new Set());
  expect(await markHandedOver(db, [id!], quick)).toEqual(new Set([id]));
  expect(await markHandedOver(db, [id!], quick)).toEqual(new Set());
  await letClaimsRunOut();
  expect(await claim(db, [id!], slow)).toEqual([]);
});
