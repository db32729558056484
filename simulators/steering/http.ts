import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { COMMON_PROPERTIES, type Change, type Steering } from './control.ts';

const BODY_LIMIT_BYTES = 30 * 1024 * 1024;

export type ListenOptions = { host?: string | undefined; port?: number | undefined };

/** A refusal that the caller reads as application/problem+json. */
export type Refusal = Error & { statusCode: number; faults?: readonly { path: string; fault: string }[]; facts?: object };

export function refuse(statusCode: number, detail: string, more: { faults?: Refusal['faults']; facts?: object } = {}): Refusal {
  return Object.assign(new Error(detail), {
    statusCode,
    ...(more.faults && { faults: more.faults }),
    ...(more.facts && { facts: more.facts }),
  });
}

/** The HTTP side that all simulators share: health, control, idleness, failing on demand, and errors. */
export function openHttp<C extends object>({
  name,
  steering,
  properties,
  pending,
  steersHttp = true,
}: {
  name: string;
  steering: Steering<C>;
  /** JSON schema of the simulator's own control fields. */
  properties: Record<string, object>;
  /** How many answers are still on their way. */
  pending: () => number;
  steersHttp?: boolean;
}): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true, allowUnionTypes: true } },
  });
  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const status = error.statusCode ?? 500;
    const faults = error.validation?.map(({ instancePath, message, params }) => ({
      path: [
        error.validationContext,
        ...instancePath.split('/').filter(Boolean),
        (params as { additionalProperty?: string }).additionalProperty,
      ]
        .filter((step) => step !== undefined)
        .join('.'),
      fault: message ?? 'is refused',
    }));
    const { faults: own, facts } = error as Partial<Refusal>;
    return reply
      .code(status)
      .type('application/problem+json')
      .send({
        type: 'about:blank',
        title: titleOf(status),
        status,
        detail: error.message,
        faults: own ?? faults ?? [],
        ...facts,
      });
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type('application/problem+json')
      .send({
        type: 'about:blank',
        title: titleOf(404),
        status: 404,
        detail: `There is no ${request.method} ${request.url}.`,
        faults: [],
      }),
  );
  if (steersHttp)
    app.addHook('onRequest', async (request, reply) => {
      if (request.url.startsWith('/_') || request.url === '/health') return;
      const status = steering.failure();
      if (steering.control.slowMs > 0) await sleep(steering.control.slowMs);
      if (status === 0) {
        reply.hijack();
        request.raw.socket.destroy();
      } else if (status !== null) throw refuse(status, 'Failing because the control says so.');
    });
  app.get('/health', () => ({ status: 'ok', simulator: name }));
  app.get('/_control', () => steering.shown());
  app.get('/_idle', () => ({ idle: pending() === 0, pending: pending() }));
  app.put<{ Body: Change }>(
    '/_control',
    { schema: { body: { type: 'object', additionalProperties: false, properties: { ...COMMON_PROPERTIES, ...properties } } } },
    ({ body }) => {
      steering.change(body);
      return steering.shown();
    },
  );
  return app;
}

export async function listen(app: FastifyInstance, { host = '127.0.0.1', port = 0 }: ListenOptions): Promise<string> {
  const url = await app.listen({ host, port });
  return host === '0.0.0.0' ? url.replace('0.0.0.0', '127.0.0.1') : url;
}

/** JSON schema of `?after=&limit=`, whose texts are turned into numbers by readPage. */
export const PAGE_QUERY = {
  after: { type: 'string', pattern: '^\\d{1,16}$' },
  limit: { type: 'string', pattern: '^[1-9]\\d{0,3}$' },
} as const;
export type PageQuery = { after?: string; limit?: string };

export function readPage({ after = '0', limit }: PageQuery, defaultLimit = 500): { after: number; limit: number } {
  return { after: Number(after), limit: Math.min(Number(limit ?? defaultLimit), 1000) };
}

/** One page of a list that rises by cursor. */
export function pageOf<T>(
  items: readonly T[],
  cursorOf: (item: T) => number,
  { after, limit }: { after: number; limit: number },
) {
  const page = items.filter((item) => cursorOf(item) > after).slice(0, limit + 1);
  const more = page.length > limit;
  if (more) page.pop();
  const last = page.at(-1);
  return { page, next: last === undefined ? after : cursorOf(last), more };
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
};
const titleOf = (status: number) => TITLES[status] ?? (status >= 500 ? 'Server fault' : 'Refused');
