// How long somebody waits for the work of one request, and the end of what still runs in the database after that.
import { AsyncLocalStorage } from 'node:async_hooks';
import { connect } from 'node:net';
import { GraphQLError } from 'graphql';
import pg from 'pg';
import { keepCause } from './cause.ts';

export type Deadline = Readonly<{
  passed: () => boolean;
  /** Ends at once what runs in the database; later statements of the request are refused. */
  cut: () => void;
  /** The work is done: nothing is cut any more. */
  settle: () => void;
  /** A connection that is taken back when time is up. */
  lend: (connect: () => Promise<pg.PoolClient>) => Promise<pg.PoolClient>;
}>;

/** What runs longer than a timer can wait for has no deadline. */
const LONGEST_MS = 2 ** 31 - 1;

export const outOfTime = () => new GraphQLError('There was no time left for this.', { extensions: { code: 'SUBGRAPH_TIMEOUT' } });

/** `at`: system time, milliseconds. */
export function makeDeadline(at: number, now: number = Date.now()): Deadline {
  const lent = new Set<pg.PoolClient>();
  let over = at <= now;
  const timer = over || at - now > LONGEST_MS ? undefined : setTimeout(cut, at - now);

  function cut(): void {
    clearTimeout(timer);
    over = true;
    for (const client of lent) takeBack(client);
    lent.clear();
  }

  return {
    passed: () => over,
    cut,
    settle: () => clearTimeout(timer),
    async lend(connection) {
      if (over) throw outOfTime();
      const client = await connection();
      if (over) {
        client.release();
        throw outOfTime();
      }
      lent.add(client);
      const release = client.release.bind(client);
      client.release = (error) => {
        lent.delete(client);
        release(error);
      };
      return client;
    },
  };
}

/**
 * Cancels the statement and closes the connection, so that the work can neither go on with another statement nor commit,
 * and a cancellation that comes late meets nobody else's statement.
 */
function takeBack(client: pg.PoolClient): void {
  cancelStatement(client);
  client.end().catch(() => {});
  (client as unknown as { connection: pg.Connection }).connection.stream.destroy(); // where statements are sent ahead, `end` waits for all their answers
}

const CANCEL_REQUEST = 80_877_102;
const CANCEL_MS = 2_000;

/** PostgreSQL takes a cancellation over a connection of its own, without a sign-in: the key of the session is the right to it. */
function cancelStatement(client: pg.PoolClient): void {
  const { host, port, processID, secretKey } = client as unknown as { host: string; port: number; processID: number; secretKey: number };
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.on('error', () => {}); // the statement ends by the role's own time limit then
  socket.setTimeout(CANCEL_MS, () => socket.destroy());
  socket.end(request).resume();
}

/** Typed reads ask the pool themselves; this says for whom. */
export const ofTypedReads = new AsyncLocalStorage<Deadline>();

/** A pool whose connections are lent for the deadline of the typed read that asks for them. */
export class LendingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void): void;
  override connect(callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void): Promise<pg.PoolClient> | void {
    const deadline = ofTypedReads.getStore();
    if (!deadline) return callback ? super.connect(keepCause(callback)) : super.connect(); // the pool calls back from whoever gave a connection back
    const lent = deadline.lend(() => super.connect());
    if (!callback) return lent;
    lent.then(
      (client) => callback(undefined, client, (error) => client.release(error as Error)),
      (error: Error) => callback(error, undefined, () => {}),
    );
  }
}
