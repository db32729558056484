import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { transact, type Db, type Tx } from '@stromgraph/kernel/database';
import { applyEvents, on, onAll, replayDeadLetters, replayQueueOf, startHearer, type Handler } from '@stromgraph/kernel/hearer';
import { pruneInbox } from '@stromgraph/kernel/inbox';
import { publishAll } from '@stromgraph/kernel/outbox';
import { addJob } from '@stromgraph/kernel/queue';
import { relayOnce } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { testDatabase, type TestDatabase } from '../database.ts';
import { waitFor } from '../wait.ts';
import { equipToys, OrderNoted, OrderStepped, publishStep, toyHandlers, toyRuntime } from './toy-domains.ts';

let database: TestDatabase;
let relayUrl: string;
let shop: Runtime;
let books: Runtime;
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  const urls = await equipToys(database.url);
  relayUrl = urls.relay;
  shop = toyRuntime('shop', urls.staff('shop'));
  books = toyRuntime('books', urls.staff('books'));
  db = shop.tenants.get('demo')!.db;
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE books.seen, books.last_step, books.dead_letter, books.inbox');
});
afterAll(async () => {
  await Promise.all([shop?.close(), books?.close()]);
  await database.drop();
});

const stepsOf = async (order: string, kind = 'stepped') => (await database.owner.query<{ step: number }>('SELECT step FROM books.seen WHERE order_id = $1 AND kind = $2 ORDER BY nth', [order, kind])).rows.map((row) => row.step);
const count = async (what: string) => Number((await database.owner.query<{ count: string }>(`SELECT count(*) FROM ${what}`)).rows[0]!.count);
const letters = async () => (await database.owner.query<{ aggregate_id: string; error: string | null; attempts: number; waits: boolean }>('SELECT aggregate_id, error, attempts, retry_at IS NOT NULL AS waits FROM books.dead_letter ORDER BY position')).rows;
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const write = async (steps: { order: string; step: number; poison?: boolean }[]) => {
  await transact(db, (tx) => publishAll(tx, OrderStepped, steps.map(({ order, step, poison }) => ({ aggregateType: 'order', aggregateId: order, data: { orderId: order, step, ...(poison ? { poison } : {}) } }))));
  await relayOnce(relayUrl);
};
const aggregate = (aggregateId: string) => ({ domain: 'shop', aggregateType: 'order', aggregateId });

test('2 of 8,000 are poisoned: they park their own aggregates, everybody else is served in order, a release loses nothing', async () => {
  const orders = Array.from({ length: 80 }, (_, index) => `p${index}`);
  for (let step = 1; step <= 100; step += 10)
    await transact(db, (tx) => publishAll(tx, OrderStepped, upTo(10).flatMap((offset) => orders.map((order) => ({ aggregateType: 'order', aggregateId: order, data: { orderId: order, step: step + offset - 1, ...(isPoison(order, step + offset - 1) ? { poison: true } : {}) } })))));
  await relayOnce(relayUrl);
  await applyEvents(books, toyHandlers('books'));
  for (const order of orders) expect(await stepsOf(order)).toEqual(upTo(order === 'p7' ? 19 : order === 'p42' ? 59 : 100));
  expect(await count('books.dead_letter')).toBe(81 + 41);
  expect((await letters()).filter(({ error }) => error !== null)).toEqual([
    { aggregate_id: 'p7', error: 'this step is poisoned', attempts: 1, waits: true },
    { aggregate_id: 'p42', error: 'this step is poisoned', attempts: 1, waits: true },
  ]);
  const released = await replayDeadLetters(books, toyHandlers('books', { heal: () => true }), { aggregate: aggregate('p7') });
  expect(released).toEqual([{ aggregate: aggregate('p7'), applied: 81, failed: null }]);
  expect(await stepsOf('p7')).toEqual(upTo(100));
  const ids = (await database.owner.query<{ event_id: string }>('SELECT event_id FROM books.dead_letter ORDER BY position LIMIT 1')).rows.map((row) => row.event_id);
  await replayDeadLetters(books, toyHandlers('books', { heal: () => true }), { eventIds: ids });
  expect(await stepsOf('p42')).toEqual(upTo(100));
  expect([await count('books.dead_letter'), await count('books.inbox')]).toEqual([0, 8_000]);
});
const isPoison = (order: string, step: number) => (order === 'p7' && step === 20) || (order === 'p42' && step === 60);

test('later events go behind their parked aggregate, also after a release that failed again', async () => {
  await write([{ order: 'q', step: 1, poison: true }, { order: 'r', step: 1 }]);
  await applyEvents(books, toyHandlers('books'));
  await write([{ order: 'q', step: 2 }, { order: 'r', step: 2 }]);
  await applyEvents(books, toyHandlers('books'));
  expect([await stepsOf('q'), await stepsOf('r')]).toEqual([[], [1, 2]]);
  const [again] = await replayDeadLetters(books, toyHandlers('books'), { aggregate: aggregate('q') });
  expect(again).toMatchObject({ applied: 0, failed: { error: 'this step is poisoned' } });
  await write([{ order: 'q', step: 3 }]);
  await applyEvents(books, toyHandlers('books'));
  expect(await letters()).toMatchObject([{ attempts: 2 }, { error: null }, { error: null }]);
  await replayDeadLetters(books, toyHandlers('books', { heal: () => true }), { aggregate: aggregate('q') });
  await write([{ order: 'q', step: 4 }]);
  await applyEvents(books, toyHandlers('books'));
  expect(await stepsOf('q')).toEqual([1, 2, 3, 4]);
});

test('what a constraint refuses at COMMIT parks its own aggregate too, and again when it is released', async () => {
  await database.owner.query(`CREATE FUNCTION books.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no thirteenth step' USING ERRCODE = 'check_violation'; END $$;
    CREATE CONSTRAINT TRIGGER no_thirteenth AFTER INSERT ON books.seen DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.step = 13) EXECUTE FUNCTION books.refuse()`);
  await write([{ order: 'd', step: 12 }, { order: 'd', step: 13 }, { order: 'd', step: 14 }, { order: 'e', step: 12 }]);
  await applyEvents(books, toyHandlers('books'));
  expect([await stepsOf('d'), await stepsOf('e')]).toEqual([[12], [12]]);
  expect(await letters()).toMatchObject([{ aggregate_id: 'd', error: 'no thirteenth step', attempts: 1 }, { aggregate_id: 'd', error: null }]);
  const [again] = await replayDeadLetters(books, toyHandlers('books'), { aggregate: aggregate('d') });
  expect(again).toMatchObject({ applied: 0, failed: { error: 'no thirteenth step' } });
  await database.owner.query('DROP TRIGGER no_thirteenth ON books.seen');
  await replayDeadLetters(books, toyHandlers('books'), { aggregate: aggregate('d') });
  expect(await stepsOf('d')).toEqual([12, 13, 14]);
});

test('a parked event is tried again by itself; people are asked after five failures, and may replay through the queue', async () => {
  let healed = false;
  const running = await startHearer(books, toyHandlers('books', { heal: () => healed }));
  await database.owner.query(`UPDATE books.hearer_cursor SET position = (SELECT max(position) FROM platform.feed)`);
  await write([{ order: 'soon', step: 1, poison: true }, { order: 'never', step: 1, poison: true }, { order: 'never', step: 2 }]);
  await waitFor('the first failure', async () => (await count('books.dead_letter')) === 3);
  await database.owner.query(`UPDATE books.dead_letter SET attempts = 4, retry_at = clock_timestamp() WHERE aggregate_id = 'never' AND error IS NOT NULL`);
  await waitFor('the last failure', async () => (await letters()).some(({ aggregate_id, attempts, waits }) => aggregate_id === 'never' && attempts === 5 && !waits));
  healed = true;
  await waitFor('the other to heal by itself', async () => (await stepsOf('soon')).length === 1);
  expect(await stepsOf('never')).toEqual([]);
  await addJob(shop, 'demo', replayQueueOf('books'), aggregate('never'));
  await waitFor('the replay', async () => (await stepsOf('never')).length === 2);
  expect(await count('books.dead_letter')).toBe(0);
  await running.stop();
});

test('more letters than one transaction takes are released in order, new events stay behind them meanwhile', async () => {
  await write([{ order: 'long', step: 1, poison: true }]);
  await applyEvents(books, toyHandlers('books'));
  await write(upTo(1_200).map((step) => ({ order: 'long', step: step + 1 })));
  await applyEvents(books, toyHandlers('books'));
  let batches = 0;
  const handlers = toyHandlers('books', { heal: () => true }).map((handler) => ({
    ...handler,
    apply: async (...[tx, events, tools]: Parameters<typeof handler.apply>) => {
      if (events[0]!.data.step === 700 && batches++ === 0) throw Object.assign(new Error('the connection is gone'), { code: '57P01' });
      await handler.apply(tx, events, tools);
    },
  }));
  await expect(replayDeadLetters(books, handlers, { aggregate: aggregate('long') })).rejects.toThrow('the connection is gone');
  const kept = await stepsOf('long'); // the transactions before that one: 500 letters each, less on a slow machine
  expect([kept, kept.length > 0, kept.length < 700]).toEqual([upTo(kept.length), true, true]);
  await write([{ order: 'long', step: 1_202 }]);
  await applyEvents(books, toyHandlers('books'));
  expect(await replayDeadLetters(books, handlers, { aggregate: aggregate('long') })).toMatchObject([{ applied: 1_202 - kept.length, failed: null }]);
  expect(await stepsOf('long')).toEqual(upTo(1_202));
});

test('letters that together take longer than a transaction may are released all the same', async () => {
  await write([{ order: 'slow', step: 1, poison: true }]);
  await applyEvents(books, toyHandlers('books'));
  await write(upTo(5).map((step) => ({ order: 'slow', step: step + 1 })));
  await applyEvents(books, toyHandlers('books'));
  const handlers = toyHandlers('books', { heal: () => true }).map((handler) => ({
    ...handler,
    apply: async (...[tx, events, tools]: Parameters<typeof handler.apply>) => {
      await tx.query('SELECT pg_sleep(0.5)');
      await handler.apply(tx, events, tools);
    },
  }));
  expect(await replayDeadLetters(books, handlers, { aggregate: aggregate('slow') })).toMatchObject([{ applied: 6, failed: null }]);
  expect([await stepsOf('slow'), await count('books.dead_letter')]).toEqual([upTo(6), 0]);
});

test('an event that comes while its aggregate is being released is applied after the released ones', async () => {
  await write([{ order: 'meanwhile', step: 1, poison: true }]);
  await applyEvents(books, toyHandlers('books'));
  await write([{ order: 'meanwhile', step: 2 }]);
  let release = () => {};
  const begun = new Promise<void>((begin) => {
    const gate = new Promise<void>((open) => (release = open));
    const handlers = toyHandlers('books', { heal: () => true }).map((handler) => ({
      ...handler,
      apply: async (...[tx, events, tools]: Parameters<typeof handler.apply>) => {
        begin();
        await gate;
        await handler.apply(tx, events, tools);
      },
    }));
    void replayDeadLetters(books, handlers, { aggregate: aggregate('meanwhile') });
  });
  await begun;
  const hearing = applyEvents(books, toyHandlers('books'));
  await waitFor('the hearer to wait for the cursor', async () => (await database.owner.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'stromgraph books' AND datname = current_database()`)).rowCount === 1);
  release();
  await hearing;
  expect([await stepsOf('meanwhile'), await count('books.dead_letter')]).toEqual([[1, 2], 0]);
});

test('a payload that the catalogue does not know is a fault of its data', async () => {
  await write([{ order: 'odd', step: 1 }, { order: 'even', step: 1 }]);
  await database.owner.query(`UPDATE platform.feed SET payload = '{"orderId": 7}' WHERE aggregate_id = 'odd'`);
  await applyEvents(books, toyHandlers('books'));
  expect([await stepsOf('odd'), await stepsOf('even')]).toEqual([[], [1]]);
  expect((await letters())[0]!.error).toContain('expected string');
});

test('what one handler makes of an event that is poisoned later in its page is not kept twice', async () => {
  await write([{ order: 'a1', step: 1 }, { order: 'a2', step: 1, poison: true }, { order: 'a1', step: 2 }]);
  await applyEvents(books, toyHandlers('books'));
  expect([await stepsOf('a1'), await count('books.inbox')]).toEqual([[1, 2], 2]);
});

test('what was applied is remembered for longer than the feed is kept, not for ever', async () => {
  const idOf = (daysAgo: number) => `${(Date.now() - daysAgo * 86_400_000).toString(16).padStart(12, '0').replace(/^(.{8})(.{4})$/, '$1-$2')}-7000-8000-000000000000`;
  await database.owner.query('INSERT INTO books.inbox (event_id, position) VALUES ($1, 1), ($2, 2)', [idOf(61), idOf(59)]);
  await pruneInbox(books.tenants.get('demo')!.db);
  expect((await database.owner.query('SELECT position FROM books.inbox')).rows).toEqual([{ position: '2' }]);
});

test('effects of many events in one statement keep the order of each aggregate among all kinds', async () => {
  const order: string[] = [];
  const handlers: Handler[] = [
    onAll(OrderStepped, async (_tx, events) => void order.push(...events.map(({ data }) => `${data.orderId}${data.step}`), '|')),
    on(OrderNoted, async (_tx, { data }) => void order.push(`${data.orderId}${data.step}`)),
  ];
  const fact = (orderId: string, step: number) => ({ aggregateType: 'order', aggregateId: orderId, data: { orderId, step } });
  await transact(db, async (tx) => {
    await publishAll(tx, OrderStepped, [fact('x', 1), fact('y', 1), fact('x', 2)]);
    await publishAll(tx, OrderNoted, [fact('z', 1), fact('x', 3)]);
    await publishAll(tx, OrderStepped, [fact('x', 4), fact('z', 2)]);
  });
  await relayOnce(relayUrl);
  await applyEvents(books, handlers);
  expect(order).toEqual(['z1', 'x1', 'y1', 'x2', '|', 'x3', 'x4', 'z2', '|']);
});

test('what a handler publishes names the event as its cause', async () => {
  const seen: Pick<Tx, 'correlationId' | 'causationId'>[] = [];
  await transact(db.causedBy({ correlationId: 'request 7' }), (tx) => publishStep(tx, 'cause', 1));
  await relayOnce(relayUrl);
  await applyEvents(books, [on(OrderStepped, async ({ correlationId, causationId }) => void seen.push({ correlationId, causationId }))]);
  const { rows } = await database.owner.query(`SELECT event_id FROM platform.feed WHERE aggregate_id = 'cause'`);
  expect(seen).toEqual([{ correlationId: 'request 7', causationId: rows[0].event_id }]);
});

test('a transaction that is ended between two statements fails with the reason', async () => {
  const late = transact(db, async (tx) => {
    const [{ pid }] = (await tx.query<{ pid: number }>(`SELECT pg_backend_pid() AS pid, set_config('idle_in_transaction_session_timeout', '50ms', true)`)).rows as [{ pid: number }];
    await waitFor('its end', async () => (await database.owner.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount === 0);
    await tx.query('SELECT 1');
  });
  await expect(late).rejects.toMatchObject({ code: '25P03' });
});

test('slow effects make smaller pages, and an event that always times out parks like any other', async () => {
  const { rows } = await database.owner.query(`SELECT role_name FROM platform.role_credential WHERE domain = 'books' AND kind = 'staff'`);
  await database.owner.query(`ALTER ROLE ${rows[0].role_name} SET transaction_timeout = '400ms'`);
  const hurried = toyRuntime('books', books.tenants.get('demo')!.url);
  const steps = upTo(7).map((step) => ({ order: `slow${step}`, step: 1 }));
  const handlers = [
    on(OrderStepped, async (tx, { id, data }) => {
      await tx.query(data.orderId === 'slow3' ? 'SELECT pg_sleep(3)' : 'SELECT pg_sleep(0.05)');
      await tx.query(`INSERT INTO books.seen (order_id, step, kind, event_id) VALUES ($1, $2, 'stepped', $3)`, [data.orderId, data.step, id]);
    }),
  ];
  const running = await startHearer(hurried, handlers);
  await write(steps);
  await waitFor('all but the endless one', async () => (await count('books.seen')) === 6);
  expect((await letters()).map(({ aggregate_id, error }) => [aggregate_id, error])).toEqual([['slow3', 'ran out of time 3 times']]);
  await database.owner.query('UPDATE books.dead_letter SET attempts = 4, retry_at = clock_timestamp()');
  await waitFor('the last attempt', async () => (await letters())[0]!.attempts === 5 && !(await letters())[0]!.waits);
  await running.stop();
  await hurried.close();
});
