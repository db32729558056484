import { setTimeout as pause } from 'node:timers/promises';
import { MessageChanged, NotificationBounced, NotificationFailed, NotificationSent } from '@stromgraph/events/messaging';
import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, isPassing, transact, type Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { afterFailure, type Circuit, triesAllowed } from '@stromgraph/kernel/retry';
import type { Keyring } from '@stromgraph/kernel/seal';
import { CONNECTIONS, type Mailer } from '../clients/smtp.ts';
import type { Sender } from '../channels/mail-header.ts';
import { type Delivery, isFailure, isSuccess, settlementOf } from '../messages/settle.ts';
import { sentMessages } from '../metrics.ts';
import { type Changed, claim, markHandedOver, type Settled, settleRun } from '../store/dispatch.ts';
import { noteResults, readCircuit, takeProbe } from '../store/providers.ts';
import { suppress } from '../store/recipients.ts';
import { templatesById } from '../store/templates.ts';
import { composeMails, type Composed } from './compose.ts';

/** Wake-ups for repeated tries are gathered: one due row serves all tries of ten seconds. */
const WAKE_EVERY_MS = 10_000;
const SETTLE_TRIES = 8;
const SETTLE_PAUSE_MS = 500;

export type Post = Readonly<{ db: Db<any>; keyring: Keyring; mailer: Mailer; sender: Sender; chance: () => number }>;
type Tried = Readonly<{ mail: Composed; delivery: Delivery; attempts: number; durationMs: number }>;

/** Claims, hands over, settles. A mail that was handed over is never handed over again on a guess. */
export async function sendRun({ db, keyring, mailer, sender, chance }: Post, ids: readonly string[]): Promise<void> {
  const run = newId();
  const claimed = await claim(db, ids, run);
  if (claimed.length === 0) return;
  const now = await businessNow(db);
  const mails = await composeMails(db, keyring, sender, claimed);
  let circuit = await readCircuit(db);
  let allowed = await mayTry(db, circuit, now, mails.length);
  const tried: Tried[] = [];
  for (let at = 0; at < mails.length; at += CONNECTIONS) {
    const group = mails.slice(at, at + CONNECTIONS);
    const ready = group.filter(({ mail }) => mail !== null).slice(0, allowed);
    allowed -= ready.length;
    const ours = ready.length > 0 ? await markHandedOver(db, ready.map(({ id }) => id), run) : new Set<string>();
    tried.push(...(await Promise.all(group.map((mail) => tryOne(mailer, mail, ours.has(mail.id))))));
    if (tried.slice(at).some(({ delivery }) => isFailure(delivery))) {
      circuit = afterFailure(circuit, now);
      if (circuit.openUntil !== null) allowed = 0;
    }
  }
  await settleSurely(() => transact(db, (tx) => settle(tx, run, tried, { circuit, chance })));
}

/** What came of a mail is known only here: a database that is away for a moment must not turn it into a guess. */
async function settleSurely(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || attempt === SETTLE_TRIES) throw error;
      await pause(SETTLE_PAUSE_MS * attempt);
    }
  }
}

async function tryOne(mailer: Mailer, mail: Composed, isOurs: boolean): Promise<Tried> {
  if (mail.mail === null) return { mail, delivery: mail.refused, attempts: mail.attempts, durationMs: 0 };
  if (!isOurs) return { mail, delivery: { kind: 'HELD_BACK', reason: 'the mail server is left alone for a while' }, attempts: mail.attempts, durationMs: 0 };
  const startedAt = performance.now();
  const delivery = await mailer.send(mail.mail);
  return { mail, delivery, attempts: mail.attempts + 1, durationMs: Math.round(performance.now() - startedAt) };
}

/** While the circuit is open nothing is tried; when its wait is over, one worker tries one mail. */
async function mayTry(db: Db<any>, circuit: Circuit, now: Date, wanted: number): Promise<number> {
  if (circuit.openUntil === null) return wanted;
  const allowed = triesAllowed(circuit, now, wanted);
  return allowed > 0 && (await takeProbe(db, now, afterFailure(circuit, now).openUntil!)) ? allowed : 0;
}

async function settle(tx: Tx, run: string, tried: readonly Tried[], { circuit, chance }: { circuit: Circuit; chance: () => number }): Promise<void> {
  const now = await businessNow(tx);
  const settled = tried.map(({ mail: { id }, delivery, attempts, durationMs }): Settled => ({ id, durationMs, ...settlementOf(delivery, { attempts, now, circuit, chance: chance() }) }));
  const changed = await settleRun(tx, run, settled, now);
  const gone = tried.flatMap(({ mail }, index) => (settled[index]!.addressGone && changed.some(({ id }) => id === mail.id) ? [{ recipientId: mail.recipientId, reason: settled[index]!.reason! }] : []));
  for (const { recipientId, reason } of gone) await suppress(tx, [recipientId], 'EMAIL', reason.slice(0, 500), now);
  const count = (is: (delivery: Delivery) => boolean) => tried.filter(({ delivery }) => is(delivery)).length;
  await noteResults(tx, { succeeded: count(isSuccess), failed: count(isFailure) }, now);
  const wakes = new Set(settled.flatMap(({ nextRetryAt }) => (nextRetryAt ? [Math.ceil(nextRetryAt.getTime() / WAKE_EVERY_MS) * WAKE_EVERY_MS] : [])));
  for (const wakeAt of wakes) await schedule(tx, { kind: 'dispatch', subject: `retry ${new Date(wakeAt).toISOString()}`, dueAt: new Date(wakeAt) });
  await announce(tx, changed, settled, now);
}

/** Tells what became of messages, in the transaction that settles them. */
export async function announce(tx: Tx, changed: readonly Changed[], settled: readonly Settled[], at: Date): Promise<void> {
  const byId = new Map(settled.map((one) => [one.id, one]));
  const templates = new Map((await templatesById(tx, changed.map(({ templateId }) => templateId))).map((template) => [template.id as string, template]));
  const facts = changed.map(({ id, customerId, templateId }) => {
    const { name, channel } = templates.get(templateId)!;
    const { status, reason, unconfirmed } = byId.get(id)!;
    return { status, unconfirmed, reason: reason ?? '', about: { aggregateType: 'message', aggregateId: id }, data: { messageId: id, customerId, template: name, channel, at: at.toISOString() } };
  });
  const of = (...statuses: string[]) => facts.filter(({ status }) => statuses.includes(status));
  await publishAll(tx, NotificationSent, of('SENT').map(({ about, data, unconfirmed }) => ({ ...about, data: { ...data, ...(unconfirmed ? { unconfirmed } : {}) } })));
  await publishAll(tx, NotificationBounced, of('BOUNCED').map(({ about, data, reason }) => ({ ...about, data: { ...data, reason } })));
  await publishAll(tx, NotificationFailed, of('FAILED', 'SUPPRESSED').map(({ about, data, reason }) => ({ ...about, data: { ...data, reason } })));
  await publishAll(tx, MessageChanged, changed.map(({ id, customerId }) => ({ aggregateType: 'message', aggregateId: id, data: { messageId: id, customerId } })));
  for (const { status, data } of facts) if (status !== 'PENDING') sentMessages.inc({ tenant: tx.tenant, channel: data.channel, status });
}
