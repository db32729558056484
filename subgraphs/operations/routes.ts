// The queues' page. A browser gets a pass for minutes in exchange for a token; the pass opens this path and nothing else.
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireActor } from '@stromgraph/kernel/auth';
import { queuesOf } from '@stromgraph/kernel/queue';
import type { Tenant } from '@stromgraph/kernel/runtime';
import type { RouteTools } from '@stromgraph/kernel/subgraph';
import type { OperationsConfig } from './config.ts';
import { PASS_COOKIE, PASS_MINUTES, passIn, readPass, writePass } from './queues/pass.ts';
import type { OperationsRuntime } from './runtime.ts';
import { queueNames } from './store/queue-states.ts';

/** The page asks for fonts from elsewhere; a page of ours loads nothing that we do not serve. */
const POLICY = `default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'`;
const FOREIGN_FONTS = /<link href="https:\/\/fonts[^>]*>/g;

export const queueRoutes = (runtime: OperationsRuntime, { queuesSecret, secureCookies }: OperationsConfig) => async (app: FastifyInstance, { contextOf }: RouteTools<any, any>): Promise<void> => {
  const boards = new Map([...runtime.tenants.values()].map((tenant) => [tenant.name, makeBoard(runtime, tenant)]));

  app.post('/queues/session', async (request, reply) => {
    const { actor, tenant } = contextOf(request);
    await boards.get(tenant)!.refresh();
    const pass = writePass(queuesSecret, { tenant, actorId: requireActor(actor).id, expiresAt: Date.now() + PASS_MINUTES * 60_000 });
    const attributes = ['Path=/queues', `Max-Age=${PASS_MINUTES * 60}`, 'HttpOnly', 'SameSite=Strict', ...(secureCookies ? ['Secure'] : [])];
    return reply.header('set-cookie', `${PASS_COOKIE}=${pass}; ${attributes.join('; ')}`).send({ url: `/queues/${tenant}`, expiresInSeconds: PASS_MINUTES * 60 });
  });
  app.get('/queues', async (request, reply) => {
    const tenant = tenantOf(request);
    return tenant ? reply.redirect(`/queues/${tenant}/`) : refuse(reply);
  });
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
    app.route({
      method,
      url: '/queues/*',
      handler: async (request, reply) => {
        const tenant = tenantOf(request);
        if (!tenant) return refuse(reply);
        if (method === 'GET' && request.url === '/queues/') return reply.redirect(`/queues/${tenant}/`);
        return reply.code(404).type('application/problem+json').send({ title: `The queues are at /queues/${tenant}/.`, status: 404 });
      },
    });
  for (const [name, { adapter }] of boards)
    await app.register(async (page) => {
      page.addHook('preHandler', async (request, reply) => {
        if (tenantOf(request) !== name) return refuse(reply);
        if (Buffer.isBuffer(request.body)) request.body = request.body.length > 0 ? JSON.parse(request.body.toString('utf8')) : undefined;
      });
      page.addHook('onSend', async (_, reply, payload) => {
        void reply.header('content-security-policy', POLICY);
        return typeof payload === 'string' ? payload.replaceAll(FOREIGN_FONTS, '') : payload;
      });
      await page.register(adapter.registerPlugin(), { prefix: `/queues/${name}` });
    });

  const tenantOf = (request: FastifyRequest): string | null => readPass(queuesSecret, passIn(request.headers.cookie) ?? '', Date.now())?.tenant ?? null;
};

function makeBoard(runtime: OperationsRuntime, tenant: Tenant<any>) {
  const adapter = new FastifyAdapter();
  adapter.setBasePath(`/queues/${tenant.name}`);
  const board = createBullBoard({ queues: [], serverAdapter: adapter, options: { uiConfig: { boardTitle: `Stromgraph queues · ${tenant.name}` } } });
  /** Queues appear with their first job or worker. */
  const refresh = async () => board.replaceQueues((await queueNames(runtime, tenant)).map((name) => new BullMQAdapter(queuesOf(runtime, tenant).queueOf(name))));
  return { adapter, refresh };
}

const refuse = (reply: FastifyReply) =>
  reply.code(401).type('application/problem+json').send({ title: 'The queues need a session: POST /queues/session with a token that has the scope operations.', status: 401 });
