// The whole product for one test: its own throw-away PostgreSQL, the simulators, all domains and the gateway, as `npm start` runs them.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Client as SocketClient, createClient } from 'graphql-ws';
import pg from 'pg';
import { WebSocket } from 'ws';
import { isProblem } from '@stromgraph/kernel/problem';
import { freePort } from '../scripts/postgres.ts';
import { askAll, post, readProbes, signIn } from '../scripts/start/probes.ts';
import { probeTokens, startProduct } from '../scripts/start/run.ts';
import { readSecrets } from '../scripts/start/secrets.ts';
import { readSettings } from '../scripts/start/settings.ts';
import { makeSupervisor } from '../scripts/start/supervisor.ts';
import { type Crew, startCrews } from './crews.ts';
import { startMigrated } from './migrated-cluster.ts';
import { scratchFolder } from './scratch.ts';

export type EnvironmentOptions = Readonly<{
  customers?: number;
  /** Days of quarter hours that smart meters have. */
  days?: number;
  /** Business time at the start; it runs on from there unless it `stands`. */
  now?: Date | string;
  stands?: boolean;
  /** Of queues and fan-out; `redis` needs REDIS_URL or `redisUrl`. */
  backend?: 'postgres' | 'redis';
  redisUrl?: string;
  env?: Readonly<Record<string, string>>;
  /** Which workers share a process of their own that may be killed (`relay` is one of them); without it all run beside the servers. */
  crews?: readonly (readonly string[])[];
}>;

export type Environment = Readonly<{
  /** Where the gateway listens, without a path. */
  origin: string;
  gatewayUrl: string;
  wsUrl: string;
  simulators: Readonly<{ enet: string; clearingHouse: string; mail: string } & Record<string, string>>;
  /** Of each subgraph's GraphQL; it answers the gateway only. */
  subgraphs: Readonly<Record<string, string>>;
  /** The database's owner, for what no operation shows. */
  databaseUrl: string;
  signIn: (email: string, password?: string) => Promise<string>;
  /** The data; an error of any field fails the test. */
  query: <Data = any>(token: string | null, document: string, variables?: object) => Promise<Data>;
  /** Data and errors as they came. */
  ask: <Data = any>(token: string | null, document: string, variables?: object) => Promise<{ data: Data | null; errors: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[] }>;
  subscribe: <Data = any>(token: string, document: string, variables?: Record<string, unknown>) => AsyncGenerator<Data, void, unknown>;
  /** Moves business time and waits until everything on the way has been done. */
  advanceClock: (token: string, to: Date | string) => Promise<{ moments: number; ran: { domain: string; kind: string; count: number; failing: number }[] }>;
  /** What the mail simulator has received for an address. */
  mailsTo: (address: string) => Promise<{ subject: string | null; text: string; html: string | null }[]>;
  crews: readonly Crew[];
  logs: () => string;
  stop: () => Promise<void>;
}>;

const DATABASE = 'stromgraph';
const ADVANCE = `mutation Advance($to: DateTime!) { advanceClock(input: { to: $to }) { __typename
  ... on AdvanceClockSuccess { moments ran { domain kind count failing } } ... on Problem { message } ... on AdvanceStalled { waitingFor } } }`;

/** The demo's balancing group: a schedule a day, a report a month. */
export const withBalancing = { STROMGRAPH_BALANCING_GROUPS: '11XSTROMGRAPH--B:9999000900024:9999000300018' };

export async function startEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const folder = scratchFolder('world');
  const errors: string[] = [];
  const supervisor = makeSupervisor({ logFolder: join(folder, 'logs'), onError: (line) => errors.push(line) });
  const closing: (() => Promise<unknown>)[] = [() => supervisor.stop()];
  const stop = async () => {
    for (const close of closing.splice(0)) await close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const postgres = await startMigrated({ directory: join(folder, 'postgres'), durability: 'throw-away' }, DATABASE);
    closing.push(() => postgres.stop());
    const databaseUrl = postgres.url(DATABASE);
    await setClock(databaseUrl, options);
    const env = envOf(options, { folder, databaseUrl, port: await freePort() });
    const settings = readSettings(env);
    if (isProblem(settings)) throw new Error(settings.message);
    const crews: Crew[] = [];
    const startWorkers = options.crews && (async (workerEnv: Readonly<Record<string, string | undefined>>) => {
      crews.push(...(await startCrews(options.crews!, { env: workerEnv, logFolder: join(folder, 'logs') })));
      closing.unshift(() => Promise.all(crews.map((crew) => crew.stop())));
    });
    const run = { settings, secrets: readSecrets(folder, env, true), env, supervisor, say: () => {}, ...(startWorkers && { startWorkers }) };
    const product = await startProduct(run);
    const { gateway, simulators, subgraphs } = product.addresses;
    for (const token of await probeTokens(run, product)) await askAll(gateway.graphql, `Bearer ${token}`, readProbes());
    const sockets = new Set<SocketClient>();
    closing.unshift(async () => {
      for (const socket of sockets) await socket.dispose();
    });
    const ask: Environment['ask'] = async (token, document, variables = {}) => {
      const { data = null, errors: faults = [] } = await post(gateway.graphql, { query: document, variables }, token ? { authorization: `Bearer ${token}` } : {}, PATIENCE_MS);
      return { data: data as never, errors: faults as never };
    };
    const query: Environment['query'] = async (token, document, variables) => {
      const { data, errors: faults } = await ask(token, document, variables);
      if (faults.length > 0) throw new Error(`${faults.map((fault) => `${fault.path?.join('.') ?? 'operation'}: ${fault.message} (${String(fault.extensions['code'])})`).join('; ')}\n${errors.splice(0).join('\n')}`);
      return data as never;
    };
    return {
      origin: gateway.url,
      gatewayUrl: gateway.graphql,
      wsUrl: gateway.websocket,
      simulators: Object.fromEntries(Object.entries(simulators).map(([name, { url }]) => [name, url])) as Environment['simulators'],
      subgraphs,
      databaseUrl,
      signIn: (email, password) => signIn(gateway.graphql, email, password === undefined ? {} : { password }),
      ask,
      query,
      subscribe: (token, document, variables = {}) => listen(gateway.websocket, sockets, token, { query: document, variables }),
      advanceClock: async (token, to) => {
        const { advanceClock } = await query(token, ADVANCE, { to: new Date(to).toISOString() });
        if (advanceClock.__typename !== 'AdvanceClockSuccess') throw new Error(`${advanceClock.__typename}: ${advanceClock.message} ${advanceClock.waitingFor ?? ''}\n${errors.splice(0).join('\n')}`);
        return advanceClock;
      },
      mailsTo: async (address) => {
        const response = await fetch(`${simulators['mail']!.url}/_messages?to=${encodeURIComponent(address)}`);
        return ((await response.json()) as { messages: { subject: string | null; text: string | null; html: string | null }[] }).messages.map((mail) => ({ ...mail, text: mail.text ?? '' }));
      },
      crews,
      logs: () => ['domains', 'gateway', 'simulators', ...crews.map(({ name }) => name)].map((name) => readFileSync(join(folder, 'logs', `${name}.log`), 'utf8')).join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`the product did not start: ${(error as Error).message}\n${errors.join('\n')}`, { cause: error });
  }
}

/** An advance over weeks takes as long as it takes; a test's own time-out ends what hangs. */
const PATIENCE_MS = 600_000;

/** The clock is set before anything runs, so that the demo is dated by it. */
async function setClock(url: string, { now, stands = false }: EnvironmentOptions): Promise<void> {
  if (now === undefined) return;
  const owner = new pg.Client(url);
  await owner.connect();
  if (stands) await owner.query(`UPDATE platform.clock SET mode = 'STANDING', ahead = '0', stands_at = $1`, [now]);
  else await owner.query(`UPDATE platform.clock SET mode = 'OFFSET', ahead = $1::timestamptz - clock_timestamp()`, [now]);
  await owner.end();
}

function envOf({ customers = 0, days = 1, backend = 'postgres', redisUrl = process.env['REDIS_URL'], env = {} }: EnvironmentOptions, { folder, databaseUrl, port }: { folder: string; databaseUrl: string; port: number }): Record<string, string | undefined> {
  if (backend === 'redis' && !redisUrl) throw new Error('the backend redis needs REDIS_URL');
  return {
    PATH: process.env['PATH'],
    STROMGRAPH_DATA: folder,
    STROMGRAPH_PORT: String(port),
    DATABASE_URL: databaseUrl,
    STROMGRAPH_DEMO_CUSTOMERS: String(customers),
    STROMGRAPH_DEMO_DAYS: String(days),
    STROMGRAPH_BALANCING_GROUPS: '', // each schedule is a stop of the clock on its way; `withBalancing` has them
    ...(backend === 'redis' ? { REDIS_URL: redisUrl } : {}),
    ...env,
  };
}

async function* listen(url: string, sockets: Set<SocketClient>, token: string, payload: { query: string; variables: Record<string, unknown> }): AsyncGenerator<any, void, unknown> {
  const client = createClient({ url, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0, connectionParams: { authorization: `Bearer ${token}` } });
  sockets.add(client);
  try {
    for await (const event of client.iterate(payload)) {
      if (event.errors) throw new Error(JSON.stringify(event.errors));
      yield event.data;
    }
  } finally {
    sockets.delete(client);
    await client.dispose();
  }
}
