// One request, followed by its id: through the gateway, a subgraph, SQL, an event and its hearer, and a job; in logs, in the database and as one trace.
import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { NotificationSent } from '@stromgraph/events/messaging';
import { startGateway, type Gateway } from '@stromgraph/gateway/server';
import { transact } from '@stromgraph/kernel/database';
import { on, startHearer } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { type Logger, makeLog } from '@stromgraph/kernel/log';
import { publish } from '@stromgraph/kernel/outbox';
import { addJob, queue, work } from '@stromgraph/kernel/queue';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Context, Runtime } from '@stromgraph/kernel/runtime';
import { startSubgraph } from '@stromgraph/kernel/subgraph';
import { startTracing } from '@stromgraph/kernel/trace';
import { PrismaClient } from '../prisma/messaging/client/client.ts';
import { compose } from '../scripts/compose.ts';
import { startCollector, type Collector } from './collector.ts';
import { TEST_SECRET, testDatabase, type TestDatabase } from './database.ts';
import { waitFor } from './wait.ts';

const SECRET_OF_A_CUSTOMER = `canary-${randomUUID()}`;
const HELD = 471_100;
const SDL = `
  type Query { held(note: String!): String @scope(needs: []) typed: Int @scope(needs: []) broken: Int @scope(needs: []) }
  type Mutation { tell(note: String!): String @scope(needs: []) }
  type Subscription { watched: String @scope(needs: []) }`;
const thinkQueue = queue('messaging.think', z.strictObject({ messageId: z.uuid() }), ({ messageId }) => messageId);

let database: TestDatabase;
let collector: Collector;
let gateway: Gateway;
const lines: Record<string, unknown>[] = [];
const closing: (() => Promise<unknown>)[] = [];
const logOf = (name: string): Logger => makeLog(name, 'info', { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });

type Ctx = Context<PrismaClient>;
const resolvers = {
  Query: {
    held: async (_: unknown, { note }: { note: string }, { db }: Ctx) => (await db.sql<{ note: string }>`SELECT ${note}::text AS note, pg_advisory_xact_lock(${HELD})::text`)[0]!.note,
    typed: async (_: unknown, __: unknown, { db }: Ctx) => (await db.prisma.$queryRaw<object[]>`SELECT pg_advisory_xact_lock(${HELD})::text`).length,
    broken: (_: unknown, __: unknown, { db }: Ctx) => db.sql`SELECT ${SECRET_OF_A_CUSTOMER}::text::uuid`,
  },
  Mutation: {
    tell: async (_: unknown, { note }: { note: string }, { db, runtime, log }: Ctx) => {
      const messageId = newId();
      await transact(db, async (tx) => {
        await tx.sql`SELECT ${note}::text`;
        await publish(tx, NotificationSent, { aggregateType: 'message', aggregateId: messageId, data: { messageId, customerId: null, template: 'greeting', channel: 'EMAIL', at: new Date().toISOString() } });
      });
      await addJob(runtime, 'demo', thinkQueue, { messageId });
      log.info('told');
      return messageId;
    },
  },
  Subscription: {
    watched: {
      subscribe: async function* (_: unknown, __: unknown, { db }: Ctx) {
        yield { watched: 'first' };
        yield { watched: (await db.sql<{ text: string }>`SELECT pg_advisory_xact_lock(${HELD})::text AS text`)[0]!.text };
      },
    },
  },
};

beforeAll(async () => {
  collector = await startCollector();
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' });
  const endTracing = await startTracing();
  database = await testDatabase();
  const messaging: Runtime<PrismaClient> = { ...(await database.runtime('messaging', PrismaClient)), log: logOf('messaging') };
  const customers: Runtime = { ...(await database.runtime('customers')), log: logOf('customers') };
  const subgraph = await startSubgraph(messaging, { sdl: SDL, resolvers, loaders: () => ({}) });
  const relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf: { [NotificationSent.name]: ['customers'] } });
  const hearer = await startHearer(customers, [
    on(NotificationSent, async (tx, _, { log }) => {
      await tx.sql`SELECT count(*) FROM customers.inbox`;
      log.info('heard');
    }),
  ]);
  const thinking = await work(messaging, thinkQueue, 1, async (tenant) => {
    await tenant.db.sql`SELECT 'thought'`;
    messaging.log.info('thought');
  });
  gateway = await startGateway({ supergraphSdl: compose({ messaging: SDL }).supergraph, subgraphs: { messaging: subgraph.url }, secret: TEST_SECRET, tokens: null, log: logOf('gateway') });
  closing.push(gateway.stop, subgraph.stop, hearer.stop, thinking.stop, relay.stop, endTracing, database.drop, collector.stop);
});
afterAll(async () => {
  for (const close of closing) await close();
});

async function ask(query: string): Promise<{ id: string; data: Record<string, unknown> }> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, ...(query.includes('$note') && { variables: { note: SECRET_OF_A_CUSTOMER } }) }),
  });
  return { id: response.headers.get('x-request-id')!, data: ((await response.json()) as { data: Record<string, unknown> }).data };
}

const heldStatement = async (): Promise<string | undefined> =>
  (await database.owner.query<{ query: string }>(`SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND application_name = 'stromgraph messaging'`)).rows[0]?.query;

test.each([
  ['own SQL', 'query Held($note: String!) { held(note: $note) }'],
  ['a typed read', 'query Typed { typed }'],
])('a statement that takes long says for which request it runs: %s', async (_, query) => {
  await database.owner.query('SELECT pg_advisory_lock($1)', [HELD]);
  const asked = ask(query);
  const statement = await waitFor('the statement', heldStatement);
  await database.owner.query('SELECT pg_advisory_unlock($1)', [HELD]);
  const { id, data } = await asked;
  expect(Object.values(data)).not.toContain(null);
  expect(statement).toMatch(new RegExp(`^/\\* request ${id} \\*/ SELECT`));
});

test('a mutation is one id in every log and one trace, to the hearer of its event and to its job', async () => {
  const { id } = await ask('mutation Tell($note: String!) { tell(note: $note) }');
  const said = await waitFor('all lines', async () => {
    const own = lines.filter((line) => line['requestId'] === id).map((line) => `${String(line['name'])}: ${String(line['msg'])}`);
    return own.length >= 4 && own;
  });
  expect(said.toSorted()).toEqual(['customers: heard', 'gateway: operation', 'messaging: thought', 'messaging: told']);
  const { rows } = await database.owner.query('SELECT correlation_id FROM messaging.outbox');
  expect(rows).toEqual([{ correlation_id: id }]);

  const traceId = id.replaceAll('-', '');
  const ends = ['process messaging.think', 'process messaging.NotificationSent', 'POST /graphql'];
  const spans = await waitFor('the whole trace', async () => {
    const own = collector.spans.filter((span) => span.traceId === traceId);
    return ends.every((name) => own.some((span) => span.name === name)) && own.some(({ name, service }) => name === 'POST /graphql' && service === 'stromgraph-gateway') && own;
  });
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const way = (span: (typeof spans)[number]): string[] => [...(span.parentSpanId ? way(byId.get(span.parentSpanId)!) : []), `${span.service.replace('stromgraph-', '')} ${span.name}`];
  const ways = new Set(spans.map((span) => way(span).join(' > ')));
  const above = 'gateway POST /graphql > gateway mutation Tell > gateway POST messaging > messaging POST /graphql > messaging mutation Tell__messaging__0';
  for (const expected of [`${above} > messaging SELECT`, 'gateway POST /graphql > messaging process messaging.think > messaging SELECT', 'gateway POST /graphql > customers process messaging.NotificationSent > customers SELECT'])
    expect(ways).toContain(expected);
  expect(spans.filter((span) => !span.parentSpanId).map(({ name }) => name)).toEqual(['POST /graphql']);
  const find = (name: string) => spans.find((span) => span.name === name)!.attributes;
  expect(find('mutation Tell')).toEqual({ 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'Tell' });
  expect(find('POST /graphql')).toMatchObject({ 'http.request.method': 'POST', 'http.route': '/graphql', 'http.response.status_code': 200 });
  expect(find('process messaging.think')).toMatchObject({ 'messaging.system': 'bullmq', 'messaging.destination.name': 'messaging.think' });
  expect(spans.filter(({ name }) => name === 'SELECT').map(({ attributes }) => attributes['db.query.text'])).toContain('SELECT $1::text');
});

test('what a later event of a subscription asks the database says for whom, too', async () => {
  await database.owner.query('SELECT pg_advisory_lock($1)', [HELD]);
  const client = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket });
  const events = client.iterate({ query: 'subscription Watch { watched }' });
  expect(await events.next()).toMatchObject({ value: { data: { watched: 'first' } } });
  const statement = await waitFor('the statement', heldStatement);
  await database.owner.query('SELECT pg_advisory_unlock($1)', [HELD]);
  const subscribed = lines.find((line) => line['msg'] === 'subscription');
  expect(statement).toMatch(new RegExp(`^/\\* request ${String(subscribed?.['requestId'])} \\*/ SELECT`));
  await client.dispose();
});

test('a failure is told by its code; no variable, parameter or value is in any span', async () => {
  const { id } = await ask('query Broken { broken }');
  const failed = await waitFor('the failed statement', async () => collector.spans.find((span) => span.traceId === id.replaceAll('-', '') && span.name === 'SELECT'));
  expect([failed.failed, failed.attributes['error.type']]).toEqual([true, '22P02']);
  expect(collector.raw()).toContain('SELECT $1::text::uuid');
  expect(collector.raw()).not.toContain(SECRET_OF_A_CUSTOMER);
});
