import type { FastifyInstance } from '@stromgraph/kernel/subgraph';
import { z } from 'zod';
import { listPublicKeys } from './actions/list-public-keys.ts';
import { resolveApiKey } from './actions/resolve-api-key.ts';
import type { IdentityRuntime } from './runtime.ts';

const ApiKeyQuestion = z.strictObject({ apiKey: z.string().min(1).max(512) });

/** For the gateway alone, which signs its requests; not in routes.json, so nobody else gets here. */
export function addRoutes(app: FastifyInstance, runtime: IdentityRuntime): void {
  app.get('/internal/jwks', async (_, reply) => reply.type('application/jwk-set+json').send(await listPublicKeys(runtime)));
  app.post('/internal/api-keys', { bodyLimit: 2_000 }, async (request, reply) => {
    const question = ApiKeyQuestion.safeParse(parseJson(request.body));
    if (!question.success) return reply.code(400).type('application/problem+json').send({ title: 'The body must be {"apiKey": "…"}.', status: 400 });
    const actor = await resolveApiKey(runtime, question.data.apiKey);
    return actor ? reply.send(actor) : reply.code(404).type('application/problem+json').send({ title: 'Nobody has this API key.', status: 404 });
  });
}

function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return null;
  }
}
