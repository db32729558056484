import type { Actor } from '@stromgraph/kernel/auth';
import type { Logger } from '@stromgraph/kernel/log';
import { CloseCode, MessageType, parseMessage, type ConnectionInitMessage, type SubscribeMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Identify } from '../auth.ts';
import { overLimit, refusedError, type Refusal } from '../errors.ts';
import { toOperationRequest } from '../graphql-request.ts';
import { validateOperation, type Accepted, type Gate } from '../limits/validate-operation.ts';
import type { Metrics } from '../metrics.ts';
import { newRequestId } from '../request-id.ts';
import type { WithdrawnAccess } from '../withdrawn-access.ts';
import { identifyBy } from './credentials.ts';
import type { Counter, LiveLimits } from './sockets.ts';
import { startSubscription, type Outlet, type SubscriptionLimits } from './subscription.ts';
import type { Primary } from './plan.ts';
import type { Source } from './source.ts';

/** Our own close codes; 4409 and the like are the protocol's. */
export const SLOW_CONSUMER = 4490;
export const TOO_MANY_SOCKETS = 4491;

export type ConnectionTools = Readonly<{
  gate: () => Gate;
  identify: Identify;
  withdrawn: WithdrawnAccess;
  /** Without sign-in, for a graph that is open to all. */
  open: boolean;
  limits: LiveLimits;
  subscriptionLimits: SubscriptionLimits;
  users: Counter;
  subscribers: Counter;
  primaryOf: (accepted: Accepted) => Primary;
  sourceOf: (service: string) => Source;
  metrics: Metrics;
  log: Logger;
}>;

const KINDS = new Set(['subscription']);
const TERMINATE_AFTER_MS = 2_000;

/** One client's socket: the graphql-transport-ws protocol, with frames written as text once. */
export function serveConnection(tools: ConnectionTools, socket: WebSocket): void {
  const { limits, metrics, log } = tools;
  const subscriptions = new Map<string, () => void>();
  let init: 'awaited' | 'checking' | 'acknowledged' = 'awaited';
  let actor: Actor | null = null;
  let user: string | null = null;
  let expiry: NodeJS.Timeout | undefined;
  let unwatch = () => {};
  const initTimer = setTimeout(
    () => init === 'awaited' && close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'),
    limits.initMs,
  );

  socket.on('message', (data, isBinary) => {
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
    clearTimeout(expiry);
    unwatch();
    for (const id of subscriptions.keys()) drop(id);
    if (user !== null) tools.users.release(user);
  });

  function receive(text: string): void {
    let message: ReturnType<typeof parseMessage>;
    try {
      message = parseMessage(text);
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
    if (actor && !admit(actor)) return close(TOO_MANY_SOCKETS, 'Too many connections');
    init = 'acknowledged';
    send('{"type":"connection_ack"}');
  }

  function admit(who: Actor): boolean {
    const name = `${who.tenant}/${who.kind}/${who.id}`;
    if (!tools.users.take(name, limits.socketsPerUser)) return false;
    user = name;
    expiry = setTimeout(() => close(CloseCode.Forbidden, 'The token has expired'), Math.min(who.expiresAt - Date.now(), MAX_TIMER_MS));
    unwatch = tools.withdrawn.watch(who, () => close(CloseCode.Forbidden, 'The access has been withdrawn'));
    return true;
  }

  function subscribe({ id, payload }: SubscribeMessage): void {
    if (init !== 'acknowledged') return close(CloseCode.Unauthorized, 'Unauthorized');
    if (subscriptions.has(id)) return close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id.slice(0, 40)} already exists`);
    const requestId = newRequestId();
    const most = limits.subscriptionsPerSocket;
    if (subscriptions.size >= most) return refuse(id, requestId, [overLimit('subscriptionsPerSocket', subscriptions.size + 1, most)]);
    const request = toOperationRequest(payload);
    if (typeof request === 'string') return refuse(id, requestId, [{ code: 'BAD_USER_INPUT', message: request }]);
    const verdict = validateOperation(tools.gate(), request, actor, KINDS);
    if ('refusals' in verdict) return refuse(id, requestId, verdict.refusals);
    open(id, requestId, verdict);
  }

  function open(id: string, requestId: string, accepted: Accepted): void {
    const primary = tools.primaryOf(accepted);
    const prefix = `{"id":${JSON.stringify(id)},"type":`;
    const outlet: Outlet = {
      next: (payload) => {
        metrics.event(accepted.name);
        send(`${prefix}"next","payload":${payload}}`);
      },
      error: (errors) => {
        drop(id);
        send(`${prefix}"error","payload":${errors}}`);
      },
      complete: () => {
        drop(id);
        send(`${prefix}"complete"}`);
      },
      overflow: () => close(SLOW_CONSUMER, 'slow consumer'),
    };
    subscriptions.set(id, () => {});
    tools.subscribers.take(accepted.name, Number.POSITIVE_INFINITY);
    const context = { actor, tenant: actor?.tenant ?? null, requestId, deadlineAt: actor?.expiresAt ?? Date.now() + MAX_TIMER_MS };
    const stop = startSubscription({
      accepted,
      primary,
      source: tools.sourceOf(primary.service),
      context,
      outlet,
      limits: tools.subscriptionLimits,
      log,
    });
    const end = () => {
      tools.subscribers.release(accepted.name);
      stop();
    };
    if (subscriptions.has(id)) subscriptions.set(id, end);
    else end();
    log.info({ requestId, operation: accepted.name, actor: actor?.id }, 'subscription');
  }

  function drop(id: string): void {
    const end = subscriptions.get(id);
    subscriptions.delete(id);
    end?.();
  }

  function refuse(id: string, requestId: string, refusals: readonly Refusal[]): void {
    for (const { code } of refusals) metrics.refused(code);
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

/** setTimeout counts no further. */
const MAX_TIMER_MS = 2 ** 31 - 1;
