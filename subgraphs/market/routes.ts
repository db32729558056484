import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addJob } from '@stromgraph/kernel/queue';
import type { Tenant } from '@stromgraph/kernel/runtime';
import { takeCall, toInbound } from './actions/take-inbound.ts';
import { applyQueue } from './jobs/inbound.ts';
import { refusedCalls } from './metrics.ts';
import type { MarketRuntime } from './runtime.ts';
import { verifyCall } from './webhooks/signature.ts';

const LIMIT_BYTES = 1_000_000;
const REFUSALS = { UNSIGNED: 'The call is not signed.', FORGED: 'The signature does not hold.', OUT_OF_TIME: 'The call was signed too long ago, or in the future.' } as const;

/** The clearing house proves itself by its own signature: store, answer, then work. With several tenants, its address says `?tenant=<name>`. */
export function registerRoutes(app: FastifyInstance, runtime: MarketRuntime, secrets: readonly Buffer[]): void {
  app.post('/webhooks/clearing-house', { bodyLimit: LIMIT_BYTES }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const call = { id: header(request, 'webhook-id'), timestamp: header(request, 'webhook-timestamp'), signature: header(request, 'webhook-signature'), body };
    const verdict = verifyCall(secrets, call, Date.now());
    if (typeof verdict === 'string') return refuse(reply, 401, verdict, REFUSALS[verdict]);
    const tenant = tenantOf(request, runtime);
    if (!tenant) return refuse(reply, 404, 'TENANT', 'There is no such tenant.');
    const inbound = toInbound(body.toString('utf8'), 'WEBHOOK');
    if (!inbound) return refuse(reply, 400, 'BODY', 'The body has no id, cursor, type and time.');
    if (inbound.id !== verdict.id) return refuse(reply, 400, 'BODY', 'webhook-id and the id of the body differ.');
    const taken = await takeCall(tenant.db.causedBy({ correlationId: `webhook ${verdict.id}` }), runtime.keyring, inbound, { id: verdict.id, signedAt: new Date(verdict.signedAtMs) });
    if (taken === 'REPLAYED') return refuse(reply, 409, 'REPLAYED', 'This very call was accepted before.');
    if (taken === 'STORED')
      await addJob(runtime, tenant, applyQueue, { inboundId: inbound.id }, { correlationId: `webhook ${verdict.id}` }).catch((error: Error) => runtime.log.warn({ err: error }, 'polling will finish what the queue did not take'));
    return reply.code(200).send({ id: inbound.id, known: taken === 'KNOWN' });
  });
}

function tenantOf(request: FastifyRequest, { tenants }: MarketRuntime): Tenant<any> | undefined {
  const { tenant } = request.query as { tenant?: unknown };
  if (typeof tenant === 'string') return tenants.get(tenant);
  return tenants.size === 1 ? [...tenants.values()][0] : undefined;
}

function refuse(reply: FastifyReply, status: number, reason: string, title: string): FastifyReply {
  refusedCalls.inc({ reason });
  return reply.code(status).type('application/problem+json').send({ type: 'about:blank', title, status });
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value.length <= 1000 ? value : undefined;
}
