import { MarketMessageAcknowledged, MarketMessageChanged } from '@stromgraph/events/market';
import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { publishAll } from '@stromgraph/kernel/outbox';
import { afterFailure, type Circuit, pauseAfter, triesAllowed } from '@stromgraph/kernel/retry';
import { type Keyring, unsealAll } from '@stromgraph/kernel/seal';
import { addMs } from '@stromgraph/kernel/time';
import { type Handover, submit } from '../clients/clearing-house.ts';
import { tooLate } from '../messages/start-of-supply.ts';
import { keepProofs } from '../store/audits.ts';
import { messagesById } from '../store/messages.ts';
import { noteResults, readCircuit, takeProbe } from '../store/providers.ts';
import { claim, giveBack, type Outgoing, type Settlement, settleBatch } from '../store/sending.ts';
import { stopWatching, watchForAnswer } from './watch.ts';

/** Calls at the same time within a batch. */
const PARALLEL = 5;
const PAUSES = { firstMs: 30_000, longestMs: 3_600_000 };
/** Wake-ups for repeated tries are gathered: one due row serves all tries of ten seconds. */
const WAKE_EVERY_MS = 10_000;

type Tried = Readonly<{ message: Outgoing; payload: string | null; handover: Handover | 'NOT_TRIED' }>;

type Sending = Readonly<{ db: Db<any>; keyring: Keyring; url: string; chance: () => number }>;

/**
 * Claims, calls, settles. What fails in between gives its claim back for the next try of the job; after a crash the claim
 * runs out. Sending again is harmless, the clearing house knows the idempotency key.
 */
export async function sendBatch(sending: Sending, ids: readonly string[]): Promise<void> {
  const messages = await claim(sending.db, ids);
  if (messages.length === 0) return;
  try {
    await sendClaimed(sending, messages);
  } catch (error) {
    await giveBack(sending.db, messages.map(({ id }) => id)).catch(() => {}); // the claim runs out all the same
    throw error;
  }
}

async function sendClaimed({ db, keyring, url, chance }: Sending, messages: readonly Outgoing[]): Promise<void> {
  const now = await businessNow(db);
  let circuit = await readCircuit(db);
  const allowed = await mayTry(db, circuit, now, messages.length);
  const payloads = await openAll(db, keyring, messages);
  const tried: Tried[] = [];
  for (let at = 0; at < messages.length; at += PARALLEL) {
    const group = messages.slice(at, at + PARALLEL);
    tried.push(...(await Promise.all(group.map((message, index) => tryOne(message, payloads[at + index]!, at + index)))));
    if (tried.slice(at).some(({ handover }) => handover !== 'NOT_TRIED' && handover.kind === 'FAILED')) circuit = afterFailure(circuit, now);
  }
  await transact(db, (tx) => settle(tx, keyring, tried, { circuit, chance }));

  async function tryOne(message: Outgoing, payload: string | null, index: number): Promise<Tried> {
    if (payload === null) return { message, payload, handover: { kind: 'REFUSED', reason: 'the data of the customer were erased' } };
    if (index >= allowed || now >= message.expiresAt || (circuit.openUntil !== null && circuit.openUntil > now)) return { message, payload, handover: 'NOT_TRIED' };
    return { message, payload, handover: await submit(url, { key: message.id, body: payload }) };
  }
}

/** What is to be sent, in the messages' order; null where the customer was erased. */
async function openAll(db: Db<any>, keyring: Keyring, messages: readonly Outgoing[]): Promise<(string | null)[]> {
  const sealed = messages.flatMap(({ content }) => ('payload' in content ? [] : [{ customerId: content.customerId, sealed: content.payloadSealed }]));
  const opened = (await unsealAll(db, keyring, sealed))[Symbol.iterator]();
  return messages.map(({ content }) => ('payload' in content ? content.payload : opened.next().value!));
}

/** While the circuit is open nothing is tried; when its wait is over, one worker tries one message. */
async function mayTry(db: Db<any>, circuit: Circuit, now: Date, wanted: number): Promise<number> {
  if (circuit.openUntil === null) return wanted;
  const allowed = triesAllowed(circuit, now, wanted);
  return allowed > 0 && (await takeProbe(db, now, afterFailure(circuit, now).openUntil!)) ? allowed : 0;
}

async function settle(tx: Tx, keyring: Keyring, tried: readonly Tried[], { circuit, chance }: { circuit: Circuit; chance: () => number }): Promise<void> {
  const now = await businessNow(tx);
  const settlements = tried.map((one) => settlementOf(one, { now, circuit, chance: chance() }));
  await settleBatch(tx, settlements, now);
  const taken = tried.flatMap(({ message, payload, handover }) => (handover !== 'NOT_TRIED' && handover.kind === 'TAKEN' ? [{ message, original: payload!, ticketId: handover.ticketId }] : []));
  await keepProofs(tx, keyring, taken.map(({ message, original, ticketId }) => ({ messageId: message.id, kind: 'SUBMITTED', reference: ticketId, original, ticketId, edifactHash: null })), now);
  for (const { message } of taken) await watchForAnswer(tx, message.id, now);
  await giveUp(tx, settlements);
  const failed = tried.filter(({ handover }) => handover !== 'NOT_TRIED' && handover.kind === 'FAILED').length;
  await noteResults(tx, { succeeded: taken.length, failed }, now);
  for (const wakeAt of new Set(settlements.flatMap(({ nextAttemptAt }) => (nextAttemptAt ? [wakeFor(nextAttemptAt)] : []))))
    await schedule(tx, { kind: 'send', subject: `retry ${new Date(wakeAt).toISOString()}`, dueAt: new Date(wakeAt) });
  await publishAll(tx, MarketMessageChanged, tried.map(({ message: { id, contractId } }) => ({ aggregateType: 'message', aggregateId: id, data: { messageId: id, contractId } })));
}

function settlementOf({ message, handover }: Tried, { now, circuit, chance }: { now: Date; circuit: Circuit; chance: number }): Settlement {
  const { id, expiresAt } = message;
  const attempts = handover === 'NOT_TRIED' ? message.attempts : message.attempts + 1;
  const ended = { id, ticketId: null, nextAttemptAt: null, attempts };
  if (handover !== 'NOT_TRIED' && handover.kind === 'TAKEN') return { ...ended, status: 'SENT', ticketId: handover.ticketId, error: null };
  if (handover !== 'NOT_TRIED' && handover.kind === 'REFUSED') return { ...ended, status: 'VALIDATION_ERROR', error: handover.reason };
  if (now >= expiresAt) return { ...ended, status: 'EXPIRED', error: tooLate(expiresAt) };
  if (handover !== 'NOT_TRIED') return { ...ended, status: 'PENDING', error: handover.reason, nextAttemptAt: addMs(now, pauseAfter(attempts, PAUSES, chance)) };
  const nextAttemptAt = circuit.openUntil && circuit.openUntil > now ? circuit.openUntil : addMs(now, PAUSES.firstMs);
  return { ...ended, status: 'PENDING', error: 'the clearing house is left alone for a while', nextAttemptAt };
}

/** Tells what will not be tried again. */
async function giveUp(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  const ended = settlements.filter(({ status }) => status === 'VALIDATION_ERROR' || status === 'EXPIRED');
  const messages = new Map((await messagesById(tx, ended.map(({ id }) => id))).map((message) => [message.id as string, message]));
  for (const { id } of ended) await stopWatching(tx, id);
  await publishAll(tx, MarketMessageAcknowledged, ended.map(({ id, status, error }) => {
    const { messageType, processId } = messages.get(id)!;
    return { aggregateType: 'message', aggregateId: id, data: { messageId: id, messageType, processId, status: status as 'VALIDATION_ERROR' | 'EXPIRED', reason: error } };
  }));
}

/** The first of the gathered moments that is not before the try. */
const wakeFor = (at: Date): number => Math.ceil(at.getTime() / WAKE_EVERY_MS) * WAKE_EVERY_MS;
