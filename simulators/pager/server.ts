import { createHmac, timingSafeEqual } from 'node:crypto';
import { makeSteering } from '../steering/control.ts';
import { listen, openHttp, refuse, type ListenOptions } from '../steering/http.ts';

export type PagerOptions = ListenOptions & { seed?: string; now?: string | undefined; secret?: string | undefined };
type Told = { type: string; timestamp: string; data: Record<string, unknown> & { alertId: string } };
type Message = { n: number; at: string; id: string; type: string; data: Told['data']; repeated: boolean };

/** A signature older or further in the future than this is refused. */
const WINDOW_MS = 300_000;
const BODY = {
  type: 'object',
  required: ['type', 'timestamp', 'data'],
  properties: {
    type: { enum: ['alert.raised', 'alert.cleared'] },
    timestamp: { type: 'string', format: 'date-time' },
    data: { type: 'object', required: ['alertId', 'kind', 'severity', 'message', 'raisedAt'], properties: { alertId: { type: 'string', minLength: 1 }, message: { type: 'string', minLength: 1 }, severity: { enum: ['WARNING', 'CRITICAL'] } } },
  },
};

/** Starts the pager: it takes what is signed, knows what it was told before, and shows what stands. */
export async function startPager(options: PagerOptions = {}): Promise<{ url: string; stop(): Promise<void> }> {
  const { seed = 'stromgraph', now, secret } = options;
  const messages: Message[] = [];
  const seen = new Set<string>();
  const steering = makeSteering({ seed, now, defaults: {}, onReset: () => (messages.splice(0), seen.clear()) });
  const app = openHttp({ name: 'pager', steering, properties: {}, pending: () => 0 });
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string;
    if (request.url === '/v1/pages') {
      const fault = faultOfCall(request.headers, text, secret);
      if (fault) return done(refuse(401, fault));
    }
    try {
      done(null, JSON.parse(text));
    } catch {
      done(refuse(400, 'The body is no JSON.'));
    }
  });
  app.post<{ Body: Told }>('/v1/pages', { schema: { body: BODY } }, ({ body, headers }, reply) => {
    const id = headers['webhook-id'] as string;
    messages.push({ n: messages.length + 1, at: new Date(steering.clock.nowMs()).toISOString(), id, type: body.type, data: body.data, repeated: seen.has(id) });
    seen.add(id);
    return reply.code(202).send({ taken: id });
  });
  app.get('/_messages', () => ({ messages }));
  app.get('/_standing', () => {
    const standing = new Map<string, Message>();
    for (const message of messages) {
      if (message.type === 'alert.raised') standing.set(message.data.alertId, message);
      else standing.delete(message.data.alertId);
    }
    return { standing: [...standing.values()] };
  });
  const url = await listen(app, options);
  return { url, stop: () => app.close() };
}

/** Standard Webhooks. Null when the call is signed as it should be, and lately. */
function faultOfCall(headers: Record<string, unknown>, body: string, secret: string | undefined): string | null {
  const [id, timestamp, signature] = [headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(timestamp)) return 'The call is not signed.';
  if (Math.abs(Date.now() - Number(timestamp) * 1000) > WINDOW_MS) return 'The signature is too old.';
  if (secret === undefined) return null;
  const expected = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${timestamp}.${body}`).digest();
  const isRight = signature.split(' ').some((part) => {
    const given = Buffer.from(part.replace(/^v1,/, ''), 'base64');
    return part.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isRight ? null : 'The signature is wrong.';
}
