import { MarketMessageChanged } from '@stromgraph/events/market';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { publish } from '@stromgraph/kernel/outbox';
import { insertMessage, type NewMessage } from '../store/messages.ts';
import { watchFrom } from './watch.ts';

/** Stores a message, has it sent at once and its deadlines watched, all in the transaction of the event that caused it. */
export async function queueMessage(tx: Tx, message: NewMessage): Promise<void> {
  await storeMessage(tx, message);
  await schedule(tx, { kind: 'send', subject: 'events', dueAt: message.preparedAt });
  await watchFrom(tx, { ...message, queuedAt: message.preparedAt });
}

/** Stores a message and tells of it; nobody sends it yet. */
export async function storeMessage(tx: Tx, message: NewMessage): Promise<void> {
  await insertMessage(tx, message);
  await publish(tx, MarketMessageChanged, { aggregateType: 'message', aggregateId: message.id, data: { messageId: message.id, contractId: message.contractId } });
}
