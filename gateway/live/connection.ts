import type { Actor } from '@stromgraph/kernel/auth';
import { CloseCode, MessageType, type ConnectionInitMessage, type Message, type SubscribeMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { overLimit, refusedError, type Refusal } from '../errors.ts';
import { toOperationRequest } from '../graphql-request.ts';
import { validateOperation, type Accepted, type Verdict } from '../limits/validate-operation.ts';
import { principalOf } from '../principal.ts';
import { newRequestId } from '../request-id.ts';
import { admit, begin } from './admission.ts';
import { identifyBy } from './credentials.ts';
import { readMessage } from './message.ts';
import type { LiveTools } from './tools.ts';

/** Our own close codes; 4409 and the like are the protocol's. */
export const SLOW_CONSUMER = 4490;
export const TOO_MANY_SOCKETS = 4491;

type Asked = Readonly<{ id: string; requestId: string; principal: string }>;

const KINDS = new Set(['subscription']);
const TERMINATE_AFTER_MS = 2_000;

/** One client's socket: the graphql-transport-ws protocol, with frames written as text once. */
export function serveConnection(tools: LiveTools, socket: WebSocket, clientAddress: string): void {
  const { limits, metrics, log } = tools;
  const subscriptions = new Map<string, () => void>();
  let init: 'awaited' | 'checking' | 'acknowledged' = 'awaited';
  let actor: Actor | null = null;
  let leave = () => {};
  const initTimer = setTimeout(
    () => init === 'awaited' && close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'),
    limits.initMs,
  );

  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return; // what was on its way when it was closed
    if (isBinary) return close(CloseCode.BadRequest, 'Invalid message received');
    try {
      receive((data as Buffer).toString());
    } catch (error) {
      log.error({ err: error }, 'socket message failed');
      close(CloseCode.InternalServerError, 'Internal server error');
    }
  });
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    clearTimeout(initTimer);
    leave();
    for (const id of subscriptions.keys()) drop(id);
  });

  function receive(text: string): void {
    let message: Message;
    try {
      message = readMessage(text);
    } catch {
      return close(CloseCode.BadRequest, 'Invalid message received');
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        return void connect(message);
      case MessageType.Ping:
        return send('{"type":"pong"}');
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return subscribe(message);
      case MessageType.Complete:
        return drop(message.id);
      default:
        return close(CloseCode.BadRequest, 'Invalid message received');
    }
  }

  async function connect({ payload }: ConnectionInitMessage): Promise<void> {
    if (init !== 'awaited') return close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    init = 'checking';
    const identified = await identifyBy(tools.identify, payload);
    if (socket.readyState !== socket.OPEN) return;
    if ('refusal' in identified || (identified.actor === null && !tools.open)) return close(CloseCode.Forbidden, 'Forbidden');
    actor = identified.actor;
    if (actor) {
      const place = admit(tools, actor, { kind: 'sockets', most: limits.socketsPerUser }, (why) => close(CloseCode.Forbidden, why));
      if (!place) return close(TOO_MANY_SOCKETS, 'Too many connections');
      leave = place;
    }
    init = 'acknowledged';
    send('{"type":"connection_ack"}');
  }

  function subscribe({ id, payload }: SubscribeMessage): void {
    if (init !== 'acknowledged') return close(CloseCode.Unauthorized, 'Unauthorized');
    if (subscriptions.has(id)) return close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id.slice(0, 40)} already exists`);
    const requestId = newRequestId();
    const most = limits.subscriptionsPerSocket;
    if (subscriptions.size >= most) return refuse(id, requestId, [overLimit('subscriptionsPerSocket', subscriptions.size + 1, most)]);
    const principal = principalOf(actor, clientAddress);
    const throttled = tools.budgets.charge(principal, tools.gate().limits.operationCost);
    if (throttled) return refuse(id, requestId, [throttled]);
    const request = toOperationRequest(payload);
    if (typeof request === 'string') return refuse(id, requestId, [{ code: 'BAD_USER_INPUT', message: request }]);
    const verdict = validateOperation(tools.gate(), request, { actor, principal }, KINDS);
    if (!(verdict instanceof Promise)) return settle({ id, requestId, principal }, verdict);
    const planning = () => {};
    subscriptions.set(id, planning);
    verdict
      .then((settled) => subscriptions.get(id) === planning && settle({ id, requestId, principal }, settled))
      .catch((error: unknown) => {
        log.error({ err: error, requestId }, 'subscription failed');
        close(CloseCode.InternalServerError, 'Internal server error');
      });
  }

  function settle({ id, requestId, principal }: Asked, verdict: Verdict): void {
    if ('refusals' in verdict) {
      subscriptions.delete(id);
      return refuse(id, requestId, verdict.refusals);
    }
    tools.budgets.charge(principal, verdict.cost);
    open(id, requestId, verdict);
  }

  function open(id: string, requestId: string, accepted: Accepted): void {
    const prefix = `{"id":${JSON.stringify(id)},"type":`;
    subscriptions.set(id, () => {});
    const end = begin(tools, { accepted, actor, requestId }, {
      next: (payload) => send(`${prefix}"next","payload":${payload}}`),
      error: (errors) => {
        drop(id);
        send(`${prefix}"error","payload":${errors}}`);
      },
      complete: () => {
        drop(id);
        send(`${prefix}"complete"}`);
      },
      overflow: () => close(SLOW_CONSUMER, 'slow consumer'),
    });
    if (subscriptions.has(id)) subscriptions.set(id, end);
    else end();
  }

  function drop(id: string): void {
    const end = subscriptions.get(id);
    subscriptions.delete(id);
    end?.();
  }

  function refuse(id: string, requestId: string, refusals: readonly Refusal[]): void {
    for (const refusal of refusals) metrics.refused(refusal);
    send(JSON.stringify({ id, type: 'error', payload: refusals.map((refusal) => refusedError(refusal, requestId)) }));
  }

  /** A client that does not read is closed, not buffered without end. */
  function send(text: string): void {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(text);
    if (socket.bufferedAmount > limits.bufferedBytes) close(SLOW_CONSUMER, 'slow consumer');
  }

  function close(code: number, reason: string): void {
    if (socket.readyState !== socket.OPEN) return;
    metrics.closed(code);
    socket.close(code, reason);
    for (const id of subscriptions.keys()) drop(id);
    setTimeout(() => socket.terminate(), TERMINATE_AFTER_MS).unref();
  }
}
