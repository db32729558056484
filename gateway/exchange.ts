import { isUtf8 } from 'node:buffer';
import type { Asker } from './asker.ts';
import type { Wire } from './wire/pool.ts';

/** `queuedMs` is how long it waited for a connection. */
export type Reply = Readonly<{ status: number; text: string; queuedMs: number }>;

/** How long the whole exchange may take, how large its answer may be, and who waits for it: without them it ends too, unless it `stays`. */
export type Bounds = Readonly<{ ms: number; bytes: number; asker?: Asker | undefined; stays?: (heldMs: number) => boolean }>;

type Fault = 'timeout' | 'unreadable' | 'too large' | 'abandoned';

/** Why there is no answer to read; any other error is the connection's own. */
export type ExchangeFault = Error & Readonly<{ fault: Fault }>;

export const faultOf = (error: unknown): Fault | undefined => (error as Partial<ExchangeFault>).fault;

/** How long the request waited for a connection; null where it got none. */
export const queuedMsOf = (error: unknown): number | null => (error as Readonly<{ queuedMs?: number }>).queuedMs ?? null;

/** A kept-alive connection that the other side had closed: nothing of an answer came, so the request was hardly begun there. */
export function isStaleConnection(error: unknown): boolean {
  const { code, answered } = error as Readonly<{ code?: unknown; answered?: unknown }>;
  return STALE.has(String(code)) && answered !== true;
}

const STALE = new Set(['ECONNRESET', 'EPIPE']);

/** What is sent: the head begins with the request line and lacks only the length of the body. */
export type Request = Readonly<{ head: string; body: string }>;

/** One request and its whole answer as text, whatever the other side does: it may be slow, endless, cut off or no text at all. */
export function exchange(wire: Wire, { head, body }: Request, { ms, bytes: mostBytes, asker, stays }: Bounds): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    let sentAt = 0;
    const timer = setTimeout(() => giveUp(fault('timeout', `There was no whole answer after ${ms} ms.`)), Math.ceil(Math.max(0, ms) / ALIKE_MS) * ALIKE_MS);
    const leave = () => {
      if (sentAt === 0 || !stays?.(Date.now() - sentAt)) giveUp(fault('abandoned', 'Nobody waits for the answer any more.'));
    };
    asker?.ends.add(leave);

    function settle(): void {
      clearTimeout(timer);
      asker?.ends.delete(leave);
    }

    function fail(error: Error): void {
      settle();
      reject(sentAt === 0 ? error : Object.assign(error, { queuedMs: sentAt - startedAt }));
    }

    function giveUp(error: Error): void {
      cancel();
      fail(error);
    }

    const length = Buffer.byteLength(body);
    const cancel = wire.ask({
      text: `${head}content-length: ${length}\r\n\r\n${body}`,
      encoding: length === body.length ? 'latin1' : 'utf8',
      mostBytes,
      started: () => void (sentAt = Date.now()),
      answered({ status, type, body: bytes }) {
        const wrong = faultOfType(status, type) ?? (isUtf8(bytes) ? null : notUtf8());
        if (wrong) return fail(wrong);
        settle();
        resolve({ status, text: bytes.toString('utf8'), queuedMs: sentAt - startedAt });
      },
      failed: fail,
    });
  });
}

/** Timers of equal length are one list for Node, however many they are. */
const ALIKE_MS = 10;

const VALUE = /^[\t\x20-\x7e]*$/;

/** The head of a request but for its length, in one piece; more lines may follow. */
export function headOf(method: string, path: string, host: string, headers: Readonly<Record<string, string>>): string {
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${linesOf(headers)}`;
}

/** Headers as they are sent; a value that could be read as more than one is a fault of ours. */
export function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const name in headers) {
    const value = headers[name] as string;
    if (!VALUE.test(value)) throw new Error(`The header ${name} has a value that cannot be sent.`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

const fault = (kind: Fault, message: string): ExchangeFault => Object.assign(new Error(message), { fault: kind });

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/** No type at all is taken for JSON: the reader will see. */
function faultOfType(status: number, type: string | undefined): ExchangeFault | null {
  if (status >= 300 || type === undefined || type === 'application/json' || JSON_TYPE.test(type)) return null;
  return fault('unreadable', 'The answer is of another type than JSON in UTF-8.');
}

const notUtf8 = () => fault('unreadable', 'The answer is not in UTF-8.');
