import type { FastifyReply, FastifyRequest } from 'fastify';
import { makeSteering } from '../steering/control.ts';
import { listen, openHttp, PAGE_QUERY, pageOf, readPage, refuse, type ListenOptions, type PageQuery } from '../steering/http.ts';
import type { Webhook } from './courier.ts';
import { ENVELOPE_BODY, type Envelope } from './envelope.ts';
import { openExchange, type Control } from './exchange.ts';
import { IDENT_BODY, type IdentRequest } from './malo-ident.ts';
import type { Matter } from './ticket.ts';

export type ClearingHouseOptions = ListenOptions & {
  seed?: string;
  now?: string | undefined;
  folder?: string | undefined;
  webhook?: Webhook | undefined;
};
/** `dropAnswerNext`: the next messages are taken, but the connection closes before the 202. */
type Defaults = Omit<Control, 'seed'> & { dropAnswerNext: number };

const share = { type: 'number', minimum: 0, maximum: 1 };
const count = { type: 'integer', minimum: 0 };
const delayMs = { type: 'integer', minimum: 0, maximum: 600_000 };
const orNull = (required: readonly string[], properties: object) => ({
  type: ['object', 'null'],
  additionalProperties: false,
  required,
  properties,
});
const CONTROL_PROPERTIES = {
  webhook: orNull(['url', 'secret'], {
    url: { type: 'string', pattern: '^https?://' },
    secret: { type: 'string', minLength: 1 },
  }),
  answerDelayMs: delayMs,
  retryFirstMs: { ...delayMs, minimum: 1 },
  rejected: share,
  twice: share,
  outOfOrder: share,
  loseCallbacks: share,
  smartMeters: share,
  late: orNull(['probability', 'ms'], { probability: share, ms: delayMs }),
  rejectNext: orNull(['count'], {
    count: { type: 'integer', minimum: 1 },
    code: { type: 'string', minLength: 1 },
    codeList: { type: 'string', minLength: 1 },
  }),
  nackNext: count,
  silentNext: count,
  dropAnswerNext: count,
  checkLeadTime: { type: 'boolean' },
  sumsDiffer: orNull(['quarterHours', 'wattHours'], { quarterHours: { type: 'integer', minimum: 1 }, wattHours: { type: 'integer', minimum: 1 } }),
};

/** Starts the clearing house. */
export async function startClearingHouse(options: ClearingHouseOptions = {}): Promise<{ url: string; stop(): Promise<void> }> {
  const { seed = 'stromgraph', now, folder, webhook = null } = options;
  const defaults: Defaults = {
    webhook,
    answerDelayMs: 300,
    retryFirstMs: 500,
    rejected: 0.03,
    twice: 0.02,
    outOfOrder: 0.02,
    loseCallbacks: 0.01,
    smartMeters: 1,
    late: null,
    rejectNext: null,
    nackNext: 0,
    silentNext: 0,
    dropAnswerNext: 0,
    checkLeadTime: true,
    sumsDiffer: null,
  };
  const steering = makeSteering({ seed, now, defaults, survives: ['webhook'], onReset: () => exchange.clear() });
  const { control, clock } = steering;
  const exchange = openExchange({ folder, control, nowMs: clock.nowMs });
  const app = openHttp({ name: 'clearing-house', steering, properties: CONTROL_PROPERTIES, pending: exchange.pending });

  function take({ headers, raw }: FastifyRequest, reply: FastifyReply, matter: Matter) {
    const { ticket, replayed } = exchange.accept(readKey(headers['idempotency-key']), matter);
    if (control.dropAnswerNext > 0) {
      control.dropAnswerNext -= 1;
      reply.hijack();
      raw.socket.destroy();
      return reply;
    }
    const { ticketId, receivedAt } = ticket;
    return reply
      .code(202)
      .headers(replayed ? REPLAYED : {})
      .send({ ticketId, status: 'ACCEPTED', receivedAt });
  }

  app.post<{ Body: Envelope }>('/v1/messages', { schema: { body: ENVELOPE_BODY } }, (request, reply) =>
    take(request, reply, { kind: 'message', body: request.body }),
  );
  app.post<{ Body: IdentRequest }>('/v1/malo-ident', { schema: { body: IDENT_BODY } }, (request, reply) =>
    take(request, reply, { kind: 'malo-ident', body: request.body }),
  );
  app.get<{ Params: { ticketId: string } }>('/v1/tickets/:ticketId', ({ params: { ticketId } }) => {
    const ticket = exchange.ticket(ticketId);
    if (!ticket) throw refuse(404, `There is no ticket ${ticketId}.`);
    const { status, receivedAt } = ticket;
    return { ticketId, status, receivedAt };
  });
  app.get<{ Querystring: PageQuery }>('/v1/messages', { schema: { querystring: PAGE } }, ({ query }) => {
    const { page, next, more } = pageOf(exchange.inbound(), ({ cursor }) => cursor, readPage(query));
    return { messages: page, next, more };
  });
  app.post<{ Body: { nachricht: Envelope } }>('/_publish', { schema: { body: PUBLISH_BODY } }, ({ body: { nachricht } }, reply) =>
    reply.code(201).send(exchange.publishUnasked(nachricht)),
  );
  app.get<{ Querystring: PageQuery }>('/_messages', { schema: { querystring: PAGE } }, ({ query }) => {
    const { page, next, more } = pageOf(exchange.log(), ({ n }) => n, readPage(query, 1000));
    const messages = page.map((logged) => {
      if ('ticket' in logged) {
        const { ticketId, key, receivedAt, body, status } = logged.ticket;
        return { n: logged.n, direction: 'received', at: receivedAt, ticketId, key, body, attempts: 1, status };
      }
      const { inbound, attempts, status } = logged.delivery;
      return {
        n: logged.n,
        direction: 'sent',
        at: inbound.occurredAt,
        ticketId: inbound.ticketId,
        key: inbound.id,
        body: inbound,
        attempts,
        status,
      };
    });
    return { messages, next, more };
  });
  const url = await listen(app, options);
  return {
    url,
    stop: () => {
      exchange.end();
      return app.close();
    },
  };
}

const REPLAYED = { 'idempotency-replayed': 'true' };
const PAGE = { type: 'object', additionalProperties: false, properties: PAGE_QUERY };
const PUBLISH_BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['nachricht'],
  properties: { nachricht: ENVELOPE_BODY },
};

function readKey(key: string | string[] | undefined): string {
  if (typeof key === 'string' && key.length >= 1 && key.length <= 255) return key;
  throw refuse(400, 'The header Idempotency-Key (1 to 255 characters) is missing or too long.', {
    faults: [{ path: 'headers.idempotency-key', fault: 'REQUIRED' }],
  });
}
