import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '@stromgraph/kernel/auth';
import type { Counter } from '../counter.ts';
import { overLimit, refusedError, type Refusal } from '../errors.ts';
import type { Accepted } from '../limits/validate-operation.ts';
import { admit, begin } from './admission.ts';
import type { LiveTools } from './tools.ts';

/** Subscriptions as server-sent events, one per request (GraphQL over SSE, distinct connections). */
export type EventStreams = Readonly<{
  open: (exchange: EventExchange, accepted: Accepted, actor: Actor | null) => void;
  /** Faults of an operation are told as an event, since a status would tell an EventSource nothing. */
  refuse: (exchange: EventExchange, refusals: readonly Refusal[]) => void;
  count: () => number;
  /** Ends all of them without saying that they are complete, so that their clients come again. */
  stop: () => void;
}>;

export type EventExchange = Readonly<{ request: IncomingMessage; response: ServerResponse; requestId: string }>;

const COMPLETE = 'event: complete\ndata:\n\n';
const KEEP_ALIVE = ':\n\n';
const DESTROY_AFTER_MS = 2_000;
const SEQ = /^\d{1,15}$/;

export function makeEventStreams(tools: LiveTools, addresses: Counter): EventStreams {
  const { limits, metrics } = tools;
  /** Each with what ends it. */
  const alive = new Map<ServerResponse, (text: string) => void>();
  const ping = setInterval(() => {
    for (const response of alive.keys()) response.write(KEEP_ALIVE);
  }, limits.pingMs);
  ping.unref();

  function open({ request, response, requestId }: EventExchange, accepted: Accepted, actor: Actor | null): void {
    const exchange = { request, response, requestId };
    if (actor === null && !tools.open) return refuse(exchange, [{ code: 'UNAUTHENTICATED', message: 'Sign in first.' }]);
    const lastId = request.headers['last-event-id'];
    if (typeof lastId === 'string' && lastId !== '' && !SEQ.test(lastId))
      return refuse(exchange, [{ code: 'BAD_USER_INPUT', message: 'Last-Event-ID is not a seq: up to 15 digits.' }]);
    const address = request.socket.remoteAddress ?? '';
    if (!addresses.take(address, limits.socketsPerAddress)) return refuse(exchange, [overLimit('socketsPerAddress', limits.socketsPerAddress + 1, limits.socketsPerAddress)]);
    let leave: (() => void) | null = () => {};
    if (actor) leave = admit(tools, actor, { kind: 'streams', most: limits.streamsPerUser }, (why) => fail([{ code: 'UNAUTHENTICATED', message: `${why}.` }]));
    if (!leave) {
      addresses.release(address);
      return refuse(exchange, [overLimit('streamsPerUser', limits.streamsPerUser + 1, limits.streamsPerUser)]);
    }
    let stop = () => {};
    let over = false;
    alive.set(response, end);
    response.once('close', finish);
    sendHead(exchange);
    const afterSeq = lastId ? Number(lastId) : undefined;
    stop = begin(tools, { accepted, actor, requestId, afterSeq }, {
      next: (payload, seq) => write(`${typeof seq === 'number' ? `id: ${seq}\n` : ''}event: next\ndata: ${payload}\n\n`),
      error: (errors) => end(`event: next\ndata: {"errors":${errors}}\n\n${COMPLETE}`),
      complete: () => end(COMPLETE),
      overflow: slow,
    });
    if (over) stop();

    /** What a client does not read is not kept without end. */
    function write(text: string): void {
      if (over) return;
      response.write(text);
      if (response.writableLength > limits.bufferedBytes) slow();
    }

    function slow(): void {
      fail([{ code: 'LIMIT_EXCEEDED', message: 'slow consumer: subscribe again after the last seq.' }]);
    }

    function fail(refusals: readonly Refusal[]): void {
      for (const refusal of refusals) metrics.refused(refusal);
      end(`event: next\ndata: ${errorsText(refusals, requestId)}\n\n${COMPLETE}`);
    }

    function end(text: string): void {
      if (over) return;
      finish();
      response.end(text);
      setTimeout(() => response.destroy(), DESTROY_AFTER_MS).unref();
    }

    function finish(): void {
      if (over) return;
      over = true;
      alive.delete(response);
      addresses.release(address);
      leave?.();
      stop();
    }
  }

  function refuse(exchange: EventExchange, refusals: readonly Refusal[]): void {
    for (const refusal of refusals) metrics.refused(refusal);
    tools.log.info({ requestId: exchange.requestId, refused: refusals[0]?.code, limit: refusals[0]?.limit?.limit }, 'refused');
    sendHead(exchange);
    exchange.response.end(`event: next\ndata: ${errorsText(refusals, exchange.requestId)}\n\n${COMPLETE}`);
  }

  return {
    open,
    refuse,
    count: () => alive.size,
    stop() {
      clearInterval(ping);
      for (const end of alive.values()) end('');
    },
  };
}

/** The first comment opens the stream at the client, though no event may come for long. */
function sendHead({ response, requestId }: EventExchange): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
  });
  response.write(KEEP_ALIVE);
}

function errorsText(refusals: readonly Refusal[], requestId: string): string {
  return JSON.stringify({ errors: refusals.map((refusal) => refusedError(refusal, requestId)) });
}
