import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import type { Asker } from './asker.ts';

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

const STALE = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * One request and its whole answer as text, whatever the other side does: it may be slow, endless, cut off or no text at all.
 * undici's lowest call: promises, streams and decoders of the higher ones cost more than the fetch itself.
 */
export function exchange(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions, { ms, bytes: most, asker, stays }: Bounds): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status = 0;
    let controller: Dispatcher.DispatchController | null = null;
    let ended: Error | null = null;
    const startedAt = Date.now();
    let sentAt = 0;
    const timer = setTimeout(() => end(fault('timeout', `There was no whole answer after ${ms} ms.`)), Math.max(0, ms));

    const leave = () => {
      if (!controller || !stays?.(Date.now() - sentAt)) end(fault('abandoned', 'Nobody waits for the answer any more.'));
    };
    asker?.ends.add(leave);

    function settle(): void {
      clearTimeout(timer);
      asker?.ends.delete(leave);
    }

    function end(error: Error): void {
      ended = controller ? Object.assign(error, { queuedMs: sentAt - startedAt }) : error;
      settle();
      controller?.abort(error);
      reject(error);
    }

    dispatcher.dispatch(request, {
      onRequestStart(started) {
        if (ended) throw ended; // it waited for a connection longer than it may take; the connection stays for others
        controller = started;
        sentAt = Date.now();
      },
      onResponseStart(_, statusCode, headers) {
        status = statusCode;
        if (Number(headers['content-length'] ?? 0) > most) return end(tooLarge(most));
        const type = headers['content-type'];
        const wrong = faultOfType(statusCode, Array.isArray(type) ? type.join() : type);
        if (wrong) end(wrong);
      },
      onResponseData(_, chunk) {
        bytes += chunk.length;
        if (bytes > most) return end(tooLarge(most));
        chunks.push(chunk);
      },
      onResponseEnd() {
        if (ended) return;
        const [only] = chunks;
        const whole = chunks.length === 1 && only ? only : Buffer.concat(chunks);
        if (!isUtf8(whole)) return end(notUtf8());
        settle();
        resolve({ status, text: whole.toString('utf8'), queuedMs: sentAt - startedAt });
      },
      onResponseError(_, error) {
        end(status === 0 ? error : Object.assign(error, { answered: true }));
      },
    });
  });
}

const fault = (kind: Fault, message: string): ExchangeFault => Object.assign(new Error(message), { fault: kind });
const tooLarge = (most: number) => fault('too large', `The answer is larger than ${most} bytes.`);

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/** No type at all is taken for JSON: the reader will see. */
function faultOfType(status: number, type: string | undefined): ExchangeFault | null {
  if (status >= 300 || type === undefined || type === 'application/json' || JSON_TYPE.test(type)) return null;
  return fault('unreadable', 'The answer is of another type than JSON in UTF-8.');
}

const notUtf8 = () => fault('unreadable', 'The answer is not in UTF-8.');
