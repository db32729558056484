import { expect, test } from 'vitest';
import { type Activity, type DomainActivity, movements } from './stillness.ts';

const still: DomainActivity = { domain: 'billing', unrelayed: false, unheard: false, retrying: false, due: [] };
const activity = (change: Partial<Activity>): Activity => ({ domains: [still], busyQueues: [], busySimulators: [], ...change });

test.each<[string, Activity, string[]]>([
  ['nothing', activity({}), []],
  ['an outbox', activity({ domains: [{ ...still, unrelayed: true }] }), ['billing: events not relayed']],
  ['a hearer', activity({ domains: [{ ...still, unheard: true }] }), ['billing: events not heard']],
  ['a parked event with a retry', activity({ domains: [{ ...still, retrying: true }] }), ['billing: a failed event is being tried again']],
  ['due work', activity({ domains: [{ ...still, due: [{ kind: 'remind', count: 2, attempts: 0 }] }] }), ['billing: 2 due of kind remind']],
  ['due work that failed twice', activity({ domains: [{ ...still, due: [{ kind: 'remind', count: 1, attempts: 2 }] }] }), ['billing: 1 due of kind remind']],
  ['due work in back-off is left behind', activity({ domains: [{ ...still, due: [{ kind: 'remind', count: 1, attempts: 3 }] }] }), []],
  ['queues and simulators', activity({ busyQueues: ['billing.bill-chunk'], busySimulators: ['http://mail'] }), ['queue billing.bill-chunk', 'simulator http://mail']],
])('%s', (_, given, words) => {
  expect(movements(given)).toEqual(words);
});
