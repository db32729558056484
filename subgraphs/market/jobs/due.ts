import { type DueHandlers, schedule } from '@stromgraph/kernel/due';
import { expireMessage, lookAgain, raiseIfLate } from '../actions/watch.ts';
import type { MarketRuntime } from '../runtime.ts';
import { poll } from './inbound.ts';
import { handOver } from './send.ts';

export const dueHandlers = (runtime: MarketRuntime): DueHandlers => ({
  send: async (tx, { subject, dueAt }) => {
    if (await handOver(runtime, runtime.tenants.get(tx.tenant)!)) await schedule(tx, { kind: 'send', subject, dueAt });
  },
  'watch-queue': (tx, { subject }, { log }) => raiseIfLate(tx, 'queue', subject, log),
  'watch-deadline': (tx, { subject }, { log }) => raiseIfLate(tx, 'submission', subject, log),
  'watch-acknowledgement': (tx, { subject }, { log }) => raiseIfLate(tx, 'acknowledgement', subject, log),
  expire: (tx, { subject }) => expireMessage(tx, subject),
  'look-for-answer': async (tx, { subject }) => {
    if (await lookAgain(tx, subject)) await poll(runtime, runtime.tenants.get(tx.tenant)!);
  },
});
