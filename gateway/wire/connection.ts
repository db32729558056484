import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { makeReplyReader, type ReplyReader, type WireReply } from './reply-reader.ts';

/** One request on its way; exactly one of `answered` and `failed` is called, unless it is given up. */
export type Errand = Readonly<{
  text: string;
  encoding: 'latin1' | 'utf8';
  mostBytes: number;
  /** It has a connection and is sent now. */
  started: () => void;
  answered: (reply: WireReply) => void;
  failed: (error: Error) => void;
}>;

export type Connection = {
  send: (errand: Errand) => void;
  /** Closes it; an errand on it is told nothing more. */
  cut: () => void;
  /** Whether it may carry another request at this time, system time: the other side may close it soon, or has. */
  isUsable: (now: number) => boolean;
  readonly errand: Errand | null;
};

export type Place = Readonly<{ host: string; port: number; secure: boolean }>;

type Hearer = Readonly<{
  ready: (connection: Connection) => void;
  /** It is free for another request. */
  free: (connection: Connection) => void;
  /** With the reason where it never was ready. */
  closed: (connection: Connection, unconnected: Error | null) => void;
}>;

/** Every connection reads into the same bytes: what is read is used up before the next is. */
const READ_BYTES = 65_536;
let shared: Buffer | undefined;

/** Node closes what is idle for five seconds; who says a shorter time gets it, less what a request takes to arrive. */
const IDLE_MS = 3_000;
const FIRST_IDLE_MS = 1_000;
const ARRIVAL_MS = 1_000;

/**
 * One connection that carries one request after the other. Whatever comes on it while nothing is asked, or beyond an answer,
 * ends it: no byte can meet another request than its own.
 */
export function openConnection({ host, port, secure }: Place, hearer: Hearer): Connection {
  let errand: Errand | null = null;
  let reader: ReplyReader | null = null;
  let ready = false;
  let idleUntil = 0;
  let heard = false;
  let fault: Error | null = null;
  const socket = secure
    ? connectTls({ host, port, servername: isIP(host) ? '' : host, ALPNProtocols: ['http/1.1'] })
    : connectPlain({ host, port, noDelay: true, onread: { buffer: (shared ??= Buffer.allocUnsafeSlow(READ_BYTES)), callback: readShared } });
  const connection = { send, cut, isUsable, get errand() { return errand; } };
  socket.setNoDelay(true);
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    ready = true;
    idleUntil = Date.now() + FIRST_IDLE_MS;
    hearer.ready(connection);
  });
  if (secure) socket.on('data', receive);
  socket.on('error', (error) => (fault = error));
  socket.once('end', () => {
    if (reader?.end() === 'whole') answer(reader);
    socket.destroy();
  });
  socket.once('close', () => {
    const unconnected = ready ? null : (fault ?? closedError());
    const failing = errand;
    errand = null;
    failing?.failed(Object.assign(fault ?? closedError(), heard && { answered: true }));
    hearer.closed(connection, unconnected);
  });

  function readShared(bytes: number, buffer: Uint8Array): boolean {
    receive((buffer as Buffer).subarray(0, bytes));
    return true;
  }

  function receive(piece: Buffer): void {
    if (errand === null || reader === null) return void socket.destroy();
    heard = true;
    const read = reader.take(piece);
    if (read === 'more') return;
    if (read === 'whole') return answer(reader);
    fail(read === 'broken' ? new Error('The answer is no HTTP.') : Object.assign(new Error(`The answer is larger than ${errand.mostBytes} bytes.`), { fault: 'too large' }));
  }

  function answer({ head, body, reusable }: ReplyReader): void {
    const answered = errand;
    if (answered === null || head === null) return;
    errand = null;
    reader = null;
    answered.answered({ status: head.status, type: head.type, body });
    if (!reusable || socket.destroyed || socket.writableLength > 0) return void socket.destroy(); // an answer before its request was whole
    idleUntil = Date.now() + Math.min(IDLE_MS, (head.keepsMs ?? Infinity) - ARRIVAL_MS);
    hearer.free(connection);
  }

  function fail(error: Error): void {
    const failing = errand;
    errand = null;
    socket.destroy();
    failing?.failed(error);
  }

  function send(next: Errand): void {
    errand = next;
    heard = false;
    reader = makeReplyReader(next.mostBytes);
    next.started();
    socket.write(next.text, next.encoding);
  }

  /** Its end is known before it is told by `close`, which comes only after all that this turn asks for was sent. */
  function isUsable(now: number): boolean {
    return !socket.destroyed && idleUntil > now;
  }

  function cut(): void {
    errand = null;
    socket.destroy();
  }

  return connection;
}

/** As a socket that was reset: nothing of an answer came. */
const closedError = () => Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' });

