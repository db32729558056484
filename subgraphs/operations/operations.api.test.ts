import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PrismaClient } from '@stromgraph/prisma-platform/client';
import { transact } from '@stromgraph/kernel/database';
import { schedule, startDue } from '@stromgraph/kernel/due';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { event } from '@stromgraph/kernel/event';
import { on, startHearer } from '@stromgraph/kernel/hearer';
import { publish } from '@stromgraph/kernel/outbox';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { createGroupRoles, createLoginRoles } from '../../scripts/roles.ts';
import { actorWith, ask, sendSigned } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { startServer } from './server.ts';
import { startWorkers } from './worker.ts';

const START = '2026-11-24T09:00:00.000Z';
const Thing = event('toy.ThingHappened', 1, z.strictObject({ word: z.string() }));

let database: TestDatabase;
let subgraph: Subgraph;
let toy: Runtime;
let url: string;
const closing: (() => Promise<unknown>)[] = [];
/** What the toy domain did, and whether it can. */
const done: string[] = [];
let poisoned = true;
const told: unknown[] = [];

beforeAll(async () => {
  Object.assign(hearersOf, { [Thing.name]: ['toy'] }); // the toy stands in the catalogue, by which the clock knows who is yet to hear
  database = await testDatabase();
  await equipToy();
  await database.setClock(START);
  const simulator = await startSimulator();
  const runtime = await database.runtime('operations', PrismaClient, {
    STROMGRAPH_QUEUES_SECRET: 'a secret of at least thirty-two characters',
    STROMGRAPH_SIMULATORS: JSON.stringify([`http://127.0.0.1:${(simulator.address() as AddressInfo).port}`]),
  });
  toy = await database.runtime('toy');
  const relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf: { 'toy.ThingHappened': ['toy'] } });
  const hearer = await startHearer(toy, [
    on(Thing, async (_tx, { data }) => {
      if (poisoned && data.word === 'poison') throw new Error('this word is poison');
      done.push(`heard ${data.word}`);
    }),
  ]);
  const due = await startDue(toy, {
    speak: async (tx, { subject, dueAt }) => {
      done.push(`due ${subject} ${dueAt.toISOString()}`);
      if (subject === 'again') await schedule(tx, { kind: 'speak', subject: 'later', dueAt: new Date(dueAt.getTime() + 3_600_000) });
      await publish(tx, Thing, { aggregateType: 'thing', aggregateId: subject, data: { word: subject } });
    },
    fail: async () => {
      throw new Error('it always fails');
    },
  });
  subgraph = await startServer(runtime);
  closing.push(() => subgraph.stop(), () => due.stop(), () => hearer.stop(), () => relay.stop(), async () => simulator.close());
  url = subgraph.url;
});
afterAll(async () => {
  for (const close of closing) await close();
  await database.drop();
});

describe('business time', () => {
  const ADVANCE = `mutation Advance($to: DateTime!) { advanceClock(input: { to: $to }) { __typename
    ... on AdvanceClockSuccess { moments clock { now today mode aheadSeconds } ran { domain kind count failing } }
    ... on Problem { message } ... on ClockCannotGoBack { now } ... on InputInvalid { faults { path allowed } } } }`;
  const advance = async (to: string) => (await ask(url, actorWith('identity:admin'), ADVANCE, { to })).data?.advanceClock;

  test('is shown to everybody who is signed in', async () => {
    const answer = await ask(url, actorWith(), '{ businessClock { now today mode aheadSeconds } tenant { name demo { customers } } }');
    expect(answer).toEqual({ data: { businessClock: { now: START, today: '2026-11-24', mode: 'STANDING', aheadSeconds: null }, tenant: { name: 'demo', demo: null } } });
  });

  test('does what falls due on the way, in its order, with what that causes, before it answers', async () => {
    await plan('again', '2026-11-24T10:00:00Z');
    await plan('first', '2026-11-24T09:30:00Z');
    await plan('beyond', '2026-11-24T13:00:00Z');
    expect(await advance('2026-11-24T12:00:00Z')).toEqual({
      __typename: 'AdvanceClockSuccess',
      moments: 3,
      clock: { now: '2026-11-24T12:00:00.000Z', today: '2026-11-24', mode: 'STANDING', aheadSeconds: null },
      ran: [{ domain: 'toy', kind: 'speak', count: 3, failing: 0 }],
    });
    expect(done.splice(0)).toEqual([
      'due first 2026-11-24T09:30:00.000Z', 'heard first', 'due again 2026-11-24T10:00:00.000Z', 'heard again', 'due later 2026-11-24T11:00:00.000Z', 'heard later',
    ]);
    expect(told.splice(0).slice(-2)).toEqual([{ now: '2026-11-24T11:00:00.000Z', running: false }, { now: '2026-11-24T12:00:00.000Z', running: false }]);
  });

  test('does not wait for ever for due work that keeps failing', async () => {
    await plan('hopeless', '2026-11-24T12:30:00Z', 'fail');
    expect(await advance('2026-11-24T12:45:00Z')).toMatchObject({ __typename: 'AdvanceClockSuccess', ran: [{ domain: 'toy', kind: 'fail', count: 1, failing: 1 }] });
    await database.owner.query(`DELETE FROM toy.due WHERE kind = 'fail'`);
  });

  test('a running clock runs on from where it was moved to', async () => {
    await database.owner.query(`UPDATE platform.clock SET mode = 'OFFSET', ahead = '2 days', stands_at = NULL`);
    const to = new Date(Date.now() + 3 * 86_400_000).toISOString();
    expect(await advance(to)).toMatchObject({ __typename: 'AdvanceClockSuccess', clock: { mode: 'OFFSET' } });
    expect(told.splice(0).at(-1)).toEqual({ now: to, running: true });
  });

  test('a clock that an interrupted advance left standing runs on after the next start', async () => {
    await database.owner.query(`UPDATE platform.clock SET mode = 'STANDING', ahead = '0', stands_at = $1, resumes = true`, [START]);
    const runtime = await database.runtime('operations', PrismaClient, { STROMGRAPH_QUEUES_SECRET: 'a secret of at least thirty-two characters' });
    await (await startWorkers(runtime)).stop();
    const { rows } = await database.owner.query('SELECT mode, resumes, platform.business_now() >= $1 AS on FROM platform.clock', [START]);
    expect(rows).toEqual([{ mode: 'OFFSET', resumes: false, on: true }]);
    await database.setClock(START);
  });

  test.each([
    ['2026-11-24T08:59:59Z', { __typename: 'ClockCannotGoBack', now: START }],
    ['2036-11-24T09:00:01Z', { __typename: 'InputInvalid', faults: [{ path: 'to', allowed: 'at most 2036-11-24T09:00:00.000Z' }] }],
  ])('to %s is refused', async (to, refusal) => {
    await database.setClock(START);
    expect(await advance(to)).toMatchObject(refusal);
  });

  test('is not movable where it is system time, nor by two at once, nor by anybody', async () => {
    const far = new Date(Date.now() + 1_000).toISOString();
    await database.owner.query(`UPDATE platform.clock SET mode = 'SYSTEM', ahead = '0', stands_at = NULL`);
    expect(await advance(far)).toMatchObject({ __typename: 'ClockFollowsSystemTime' });
    await database.setClock(START);
    await database.owner.query(`SELECT pg_advisory_lock(hashtext('stromgraph advance'))`);
    expect(await advance(START)).toMatchObject({ __typename: 'AdvanceUnderWay' });
    await database.owner.query(`SELECT pg_advisory_unlock(hashtext('stromgraph advance'))`);
    expect((await ask(url, actorWith('operations'), ADVANCE, { to: START })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('dead letters', () => {
  const LETTERS = `query Letters($first: Int!, $after: String, $hearer: String, $type: String) { deadLetters(first: $first, after: $after, hearer: $hearer, type: $type) {
    nodes { eventId hearer type publisher aggregateId aggregateVersion error attempts retryAt data } pageInfo { hasNextPage endCursor } } }`;
  const letters = async (variables: object = {}) => (await ask(url, actorWith('operations'), LETTERS, { first: 10, ...variables })).data?.deadLetters;
  const REPLAY = `mutation Replay($input: ReplayDeadLettersInput!) { replayDeadLetters(input: $input) { __typename
    ... on ReplayDeadLettersSuccess { replays { aggregateId state error } } ... on Problem { message } } }`;
  const replay = async (input: object) => (await ask(url, actorWith('operations'), REPLAY, { input })).data?.replayDeadLetters;

  test('are listed with those that wait behind them, and replayed in order once the cause is mended', async () => {
    for (const [aggregateId, word] of [['a', 'poison'], ['b', 'good'], ['a', 'behind']] as const)
      await transact(toy.tenants.get('demo')!.db, (tx) => publish(tx, Thing, { aggregateType: 'thing', aggregateId, data: { word } }));
    await waitFor(async () => (await letters())?.nodes.length === 2);
    await database.owner.query('UPDATE toy.dead_letter SET retry_at = NULL'); // no longer tried by itself
    expect(done.splice(0)).toContain('heard good');
    expect((await letters()).nodes).toMatchObject([
      { hearer: 'toy', type: 'toy.ThingHappened', publisher: 'toy', aggregateId: 'a', aggregateVersion: 2, error: null, data: { word: 'behind' } },
      { hearer: 'toy', aggregateVersion: 1, error: 'this word is poison', data: { word: 'poison' } },
    ]);
    const page = await letters({ first: 1 });
    expect([page.nodes.length, page.pageInfo.hasNextPage]).toEqual([1, true]);
    expect((await letters({ first: 1, after: page.pageInfo.endCursor })).nodes).toMatchObject([{ aggregateVersion: 1 }]);
    expect((await letters({ hearer: 'toy', type: 'toy.Other' })).nodes).toEqual([]);

    expect(await replay({ hearer: 'toy' })).toMatchObject({ replays: [{ aggregateId: 'a', state: 'FAILED_AGAIN', error: 'this word is poison' }] });
    poisoned = false;
    const [, first] = (await letters()).nodes;
    expect(await replay({ hearer: 'toy', eventIds: [first.eventId] })).toMatchObject({ replays: [{ aggregateId: 'a', state: 'APPLIED', error: null }] });
    expect(done.splice(0)).toEqual(['heard poison', 'heard behind']);
    expect((await letters()).nodes).toEqual([]);
  });

  test.each([
    [{ hearer: 'nobody' }, { __typename: 'HearerNotFound' }],
    [{ hearer: 'toy', eventIds: ['x'] }, { __typename: 'InputInvalid' }],
    [{ hearer: 'toy', eventIds: [] }, { __typename: 'InputInvalid' }],
    [{ hearer: 'toy', eventIds: ['01990000-0000-7000-8000-000000000001'] }, { __typename: 'DeadLetterNotFound' }],
  ])('a replay of %o is refused', async (input, refusal) => {
    expect(await replay(input)).toMatchObject(refusal);
  });

  test.each([{ first: 0 }, { first: 501 }, { after: 'nonsense' }, { hearer: 'nobody' }])('a page with %o is refused', async (variables) => {
    expect((await ask(url, actorWith('operations'), LETTERS, { first: 10, ...variables })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

test('queues and domains are shown with what waits in them', async () => {
  await database.setClock(START);
  await database.owner.query('DELETE FROM toy.due');
  await plan('tomorrow', '2026-11-25T13:00:00Z');
  const answer = await ask(url, actorWith('operations'), '{ queueStates { name waiting active delayed failed } domainStates { domain unrelayed unheard deadLetters due nextDueAt } }');
  expect(answer.errors).toBeUndefined();
  expect(answer.data.queueStates).toContainEqual({ name: 'toy.inbox', waiting: 0, active: 0, delayed: 0, failed: 0 });
  expect(answer.data.domainStates).toContainEqual({ domain: 'toy', unrelayed: 0, unheard: 0, deadLetters: 0, due: 0, nextDueAt: '2026-11-25T13:00:00.000Z' });
});

describe("the queues' page", () => {
  const at = (path: string) => url.replace('/graphql', path);
  const open = async (actor = actorWith('operations')) => sendSigned(at('/queues/session'), 'POST', '', { actor });
  const get = (path: string, cookie?: string) => sendSigned(at(path), 'GET', undefined, { actor: null, headers: cookie ? { cookie } : {} });

  test('opens with a pass, which a browser sends for this path alone and no script can read', async () => {
    const response = await open();
    const [pass, ...attributes] = response.headers.get('set-cookie')!.split('; ');
    expect(attributes).toEqual(['Path=/queues', 'Max-Age=900', 'HttpOnly', 'SameSite=Strict']);
    const page = await get('/queues/demo/', pass);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain(`default-src 'self'`);
    expect(await page.text()).not.toContain('fonts.googleapis');
    const queues = await get('/queues/demo/api/queues', pass);
    expect(((await queues.json()) as { queues: { name: string }[] }).queues.map(({ name }) => name)).toContain('toy.due');
  });

  test('with a pass, what is not there is said to be elsewhere', async () => {
    const [pass] = (await open()).headers.get('set-cookie')!.split('; ');
    const elsewhere = await get('/queues/other/', pass);
    expect([elsewhere.status, await elsewhere.json()]).toMatchObject([404, { title: 'The queues are at /queues/demo/.', code: 'BAD_USER_INPUT' }]);
    expect((await get('/queues/', pass)).url).toMatch(/\/queues\/demo\/$/);
  });

  test.each([['no pass', undefined], ['another cookie', 'session=1'], ['a forged one', 'stromgraph_queues=e30.x']])('%s opens nothing', async (_, cookie) => {
    for (const path of ['/queues', '/queues/', '/queues/other/', '/queues/demo/', '/queues/demo/api/queues']) {
      const response = await get(path, cookie);
      expect([path, response.status, response.headers.get('content-type'), await response.json()]).toMatchObject([
        path,
        401,
        expect.stringContaining('application/problem+json'),
        { type: 'about:blank', title: expect.stringContaining('POST /queues/session'), code: 'UNAUTHENTICATED', requestId: expect.stringMatching(/./) },
      ]);
    }
  });
});

async function equipToy(): Promise<void> {
  const { owner } = database;
  await createGroupRoles(owner, ['toy']);
  await owner.query('CREATE SCHEMA toy');
  await owner.query(`SELECT platform.equip_domain('toy')`);
  const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
  await createLoginRoles(owner, rows[0]!.name, ['toy']);
  await owner.query(`GRANT CONNECT ON DATABASE ${rows[0]!.name} TO PUBLIC`); // the others' roles are those of the template
}

const plan = (subject: string, dueAt: string, kind = 'speak') => transact(toy.tenants.get('demo')!.db, (tx) => schedule(tx, { kind, subject, dueAt: new Date(dueAt) }));

async function waitFor(fact: () => Promise<boolean>): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Takes the time and is always idle. */
async function startSimulator(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (request.method === 'PUT') told.push(JSON.parse(body));
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ idle: true, pending: 0 }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
