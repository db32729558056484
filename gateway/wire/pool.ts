import { openConnection, type Connection, type Errand, type Place } from './connection.ts';

export type { Errand } from './connection.ts';
export type { WireReply } from './reply-reader.ts';

/** The connections to one server. */
export type Wire = Readonly<{
  /** Sends it on the first connection that is free; returns what gives it up. */
  ask: (errand: Errand) => () => void;
  /** Requests that have a connection. */
  running: () => number;
  /** When the server last took a connection, system time. */
  connectedAt: () => number;
  stop: () => void;
}>;

const SWEEP_MS = 1_000;
const CONNECT_MS = 10_000;

/**
 * What is asked in one turn of the event loop is written at its end, together: before a connection is used again, all that
 * had come on it meanwhile is read, so that a server that says more than it was asked is found out first.
 */
export function makeWire(place: Place, most: number): Wire {
  const opening = new Map<Connection, number>();
  const busy = new Set<Connection>();
  const idle: Connection[] = [];
  let waiting: Errand[] = [];
  let flushing: NodeJS.Immediate | undefined;
  let sweeping: NodeJS.Timeout | undefined;
  let stopped = false;
  let connectedAt = 0;

  function ask(errand: Errand): () => void {
    if (stopped) errand.failed(stoppedError());
    else waiting.push(errand);
    flushSoon();
    return () => giveUp(errand);
  }

  function flushSoon(): void {
    if (!stopped) flushing ??= setImmediate(flush);
  }

  function flush(): void {
    flushing = undefined;
    const now = Date.now();
    let next = 0;
    while (next < waiting.length && idle.length > 0) {
      const connection = idle.pop() as Connection;
      if (connection.isUsable(now)) send(connection, waiting[next++] as Errand);
      else connection.cut();
    }
    if (next > 0) waiting = waiting.slice(next);
    while (opening.size < waiting.length && opening.size + busy.size + idle.length < most) open();
  }

  function send(connection: Connection, errand: Errand): void {
    busy.add(connection);
    connection.send(errand);
  }

  function open(): void {
    opening.set(openConnection(place, { ready, free, closed }), Date.now() + CONNECT_MS);
    sweeping ??= setInterval(sweep, SWEEP_MS).unref();
  }

  function ready(connection: Connection): void {
    opening.delete(connection);
    connectedAt = Date.now();
    const errand = waiting.shift();
    if (errand) return send(connection, errand);
    idle.push(connection);
  }

  function free(connection: Connection): void {
    busy.delete(connection);
    idle.push(connection);
    if (waiting.length > 0) flushSoon();
  }

  function closed(connection: Connection, unconnected: Error | null): void {
    opening.delete(connection);
    busy.delete(connection);
    const index = idle.indexOf(connection);
    if (index >= 0) idle.splice(index, 1);
    if (unconnected !== null) waiting.shift()?.failed(unconnected);
    if (waiting.length > 0) flushSoon();
    if (opening.size + busy.size + idle.length > 0) return;
    clearInterval(sweeping);
    sweeping = undefined;
  }

  function giveUp(errand: Errand): void {
    const index = waiting.indexOf(errand);
    if (index >= 0) waiting.splice(index, 1);
    else for (const connection of busy) if (connection.errand === errand) connection.cut();
  }

  /** What was idle for too long is closed here, before the other side does it under a request. */
  function sweep(): void {
    const now = Date.now();
    for (const connection of idle) if (!connection.isUsable(now)) connection.cut();
    for (const [connection, until] of opening) if (until <= now) connection.cut();
  }

  function stop(): void {
    stopped = true;
    clearImmediate(flushing);
    const asked = [...waiting.splice(0), ...[...busy].flatMap(({ errand }) => errand ?? [])];
    for (const connection of [...opening.keys(), ...busy, ...idle]) connection.cut();
    for (const errand of asked) errand.failed(stoppedError());
  }

  return { ask, running: () => busy.size, connectedAt: () => connectedAt, stop };
}

const stoppedError = () => new Error('The connections are closed: this process ends.');

/** Where an address leads; null where it is none that a request can be sent to. */
export function placeOf({ protocol, hostname, port }: URL): Place | null {
  const secure = protocol === 'https:';
  if (!secure && protocol !== 'http:') return null;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80)), secure };
}
