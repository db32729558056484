import { MarketMessageAcknowledged, MarketMessageChanged } from '@stromgraph/events/market';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule, unschedule } from '@stromgraph/kernel/due';
import type { Logger } from '@stromgraph/kernel/log';
import { publish } from '@stromgraph/kernel/outbox';
import { addMs } from '@stromgraph/kernel/time';
import { getsAnswer } from '../answers/decide.ts';
import { lateMessages } from '../metrics.ts';
import type { MarketMessage } from '../messages/message.ts';
import { tooLate } from '../messages/start-of-supply.ts';
import { isOpen } from '../messages/status.ts';
import { lockMessage, markLate, settleMessage } from '../store/messages.ts';
import { isBeingSent } from '../store/sending.ts';

/** A message that still waits in the queue after this long makes an alert. */
const QUEUED_TOO_LONG_MS = 30 * 60_000;
/** Somebody has to know this long before a deadline is missed. */
const WARNING_MS = 30 * 60_000;
const FIRST_LOOK_MS = 60_000;
/** An answer that has not come after so long will not come by itself: the message monitor shows it. */
const LOOK_UNTIL_MS = 60 * 86_400_000;

const WATCHES = ['watch-queue', 'watch-deadline', 'watch-acknowledgement', 'expire'] as const;
/** The clearing house tells within this time what became of what it took. */
const ACKNOWLEDGED_WITHIN_MS = 30 * 60_000;
export type Deadline = 'queue' | 'submission' | 'acknowledgement';
/** In which state a message is late. */
const LATE_WHILE: Readonly<Record<Deadline, MarketMessage['status']>> = { queue: 'PENDING', submission: 'PENDING', acknowledgement: 'SENT' };

/** Plans what has to be seen if the message does not leave. */
export async function watchFrom(tx: Tx, { id, queuedAt, deadlineAt, expiresAt }: Pick<MarketMessage, 'id' | 'queuedAt' | 'deadlineAt' | 'expiresAt'>): Promise<void> {
  await schedule(tx, { kind: 'watch-queue', subject: id, dueAt: addMs(queuedAt, QUEUED_TOO_LONG_MS) });
  await schedule(tx, { kind: 'watch-deadline', subject: id, dueAt: addMs(deadlineAt, -WARNING_MS) });
  await schedule(tx, { kind: 'expire', subject: id, dueAt: expiresAt });
}

/** It has left: nothing of that is due any more, but an acknowledgement and an answer are. */
export async function watchForAnswer(tx: Tx, id: string, sentAt: Date): Promise<void> {
  await stopWatching(tx, id);
  await schedule(tx, { kind: 'watch-acknowledgement', subject: id, dueAt: addMs(sentAt, ACKNOWLEDGED_WITHIN_MS) });
  await schedule(tx, { kind: 'look-for-answer', subject: id, dueAt: addMs(sentAt, FIRST_LOOK_MS) });
}

export async function stopWatching(tx: Tx, id: string): Promise<void> {
  for (const kind of WATCHES) await unschedule(tx, { kind, subject: id });
}

export const stopLooking = (tx: Tx, id: string): Promise<void> => unschedule(tx, { kind: 'look-for-answer', subject: id });

/** Raises the alert once per message and deadline: in the log, as a metric, on the message itself. */
export async function raiseIfLate(tx: Tx, deadline: Deadline, id: string, log: Logger): Promise<void> {
  const message = await lockMessage(tx, id);
  if (message?.status !== LATE_WHILE[deadline]) return;
  lateMessages.inc({ tenant: tx.tenant, deadline });
  log.error({ messageId: id, messageType: message.messageType, deadline, deadlineAt: message.deadlineAt, attempts: message.attempts }, 'a market message is late');
  if (message.lateSince) return;
  await markLate(tx, message, await businessNow(tx));
  await publish(tx, MarketMessageChanged, { aggregateType: 'message', aggregateId: id, data: { messageId: id, contractId: message.contractId } });
}

/** What did not leave while it made sense is given up; if it is on its way at this moment, its settlement decides. */
export async function expireMessage(tx: Tx, id: string): Promise<void> {
  const message = await lockMessage(tx, id);
  if (message?.status !== 'PENDING' || (await isBeingSent(tx, id))) return;
  const reason = tooLate(message.expiresAt);
  await settleMessage(tx, message, { status: 'EXPIRED', ticketId: null, error: reason, at: await businessNow(tx) });
  await stopWatching(tx, id);
  await publish(tx, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: id, data: { messageId: id, messageType: message.messageType, processId: message.processId, status: 'EXPIRED', reason } });
  await publish(tx, MarketMessageChanged, { aggregateType: 'message', aggregateId: id, data: { messageId: id, contractId: message.contractId } });
}

/** Whether polling may still bring something about a message; then the next look is planned, each twice as far away. */
export async function lookAgain(tx: Tx, id: string): Promise<boolean> {
  const message = await lockMessage(tx, id);
  if (!message?.sentAt || !awaitsNews(message)) return false;
  const now = await businessNow(tx);
  const waited = now.getTime() - message.sentAt.getTime();
  if (waited > LOOK_UNTIL_MS) return false;
  await schedule(tx, { kind: 'look-for-answer', subject: id, dueAt: addMs(now, Math.max(FIRST_LOOK_MS, waited)) });
  return true;
}

/** Without its acknowledgement, or without its answer where one is to come. */
export const awaitsNews = ({ messageType, status, answer }: MarketMessage): boolean => isOpen(status) || (status === 'DELIVERED' && answer === null && getsAnswer(messageType));
