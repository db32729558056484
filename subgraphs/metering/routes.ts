import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasScopes } from '@stromgraph/kernel/auth';
import { parseInput } from '@stromgraph/kernel/input';
import { fault, invalid, isProblem, type Problem } from '@stromgraph/kernel/problem';
import type { RouteTools } from '@stromgraph/kernel/subgraph';
import { unstorableRefused, placeOfUnstorable } from '@stromgraph/kernel/told';
import type { PrismaClient } from '@stromgraph/prisma-metering/client';
import { ingestReadings } from './actions/ingest-readings.ts';
import { takeFile } from './actions/take-file.ts';
import type { DomainContext } from './context.ts';
import { ReadingsBody } from './intervals/json.ts';
import type { Loaders } from './loaders.ts';
import { type Batch, batchById, rejectionsPage } from './store/batches.ts';

const MAX_FILE_BYTES = 1_073_741_824;
/** Of 10,000 values, generously. */
const MAX_JSON_BYTES = 4_000_000;
const TOLD_REJECTIONS = 100;
const STATUS: Readonly<Record<string, number>> = { InputInvalid: 400, FileUnusable: 400, KeyInUse: 409, IdempotencyKeyReused: 422 };
/** When to ask again for the answer to a file that is being stored. */
const RETRY_SECONDS = 5;

export function addRoutes(app: FastifyInstance, { contextOf }: RouteTools<PrismaClient, Loaders>): void {
  app.post('/metering/readings', { config: { streamed: true } }, async (request, reply) => {
    const ctx = contextOf(request);
    const body = (request.body as Readable | undefined) ?? Readable.from([]);
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    const outcome = hasScopes(ctx.actor, ['metering:write']) ? await take(ctx, { type, key: keyOf(request) }, body) : forbidden(ctx);
    await readToTheEnd(body);
    return answer(ctx, reply, outcome);
  });
}

type Refusal = Readonly<{ status: number; title: string }>;

const keyOf = ({ headers }: FastifyRequest): string | undefined => [headers['idempotency-key']].flat()[0];

async function take(
  ctx: DomainContext,
  { type, key }: { type: string | undefined; key: string | undefined },
  body: Readable,
): Promise<Batch | Problem | Refusal> {
  if (type === 'text/csv') return takeFile(ctx, upTo(MAX_FILE_BYTES, body), key);
  if (type !== 'application/json') return { status: 415, title: 'Send text/csv or application/json.' };
  const text = await read(body);
  if (text === null) return { status: 413, title: `JSON may have ${MAX_JSON_BYTES} bytes; send more as text/csv.` };
  const given = parseJson(text);
  if (given === undefined) return { status: 400, title: 'The body is no JSON.' };
  const nul = placeOfUnstorable(given, 'body');
  if (nul !== null) return { status: 400, title: unstorableRefused(nul) };
  const input = parseInput(ReadingsBody, given);
  if (isProblem(input)) return input;
  const idempotencyKey = key ?? input.idempotencyKey;
  if (idempotencyKey === undefined) return invalid([fault('idempotencyKey', 'is missing', 'here or as the header Idempotency-Key')]);
  if (input.idempotencyKey !== undefined && input.idempotencyKey !== idempotencyKey)
    return invalid([fault('idempotencyKey', 'is not that of the header Idempotency-Key', 'the same, or one of the two')]);
  const outcome = await ingestReadings(ctx, { ...input, idempotencyKey }, 'REST_JSON');
  return isProblem(outcome) ? outcome : (await batchById(ctx.db, outcome.batchId))!;
}

const forbidden = ({ actor }: DomainContext): Refusal => ({ status: actor ? 403 : 401, title: 'This needs the scope metering:write.' });

async function answer({ db }: DomainContext, reply: FastifyReply, outcome: Batch | Problem | Refusal) {
  if ('title' in outcome) return reply.code(outcome.status).type('application/problem+json').send(outcome);
  if (isProblem(outcome)) {
    const { problem, message, ...facts } = outcome;
    if (problem === 'KeyInUse') reply.header('retry-after', RETRY_SECONDS);
    return reply
      .code(STATUS[problem] ?? 400)
      .type('application/problem+json')
      .send({ title: message, status: STATUS[problem] ?? 400, problem, ...facts });
  }
  const { id: batchId, state, accepted, unchanged, rejected } = outcome;
  const rejections = (await rejectionsPage(db, batchId, TOLD_REJECTIONS, 0)).slice(0, TOLD_REJECTIONS);
  return reply.send({
    batchId,
    state,
    accepted,
    unchanged,
    rejected,
    rejections: rejections.map(({ startMs, ...rejection }) => ({
      ...rejection,
      start: startMs === null ? null : new Date(startMs).toISOString(),
    })),
    moreRejections: rejected > rejections.length,
  });
}

/** The gateway has the same limit; here it also ends what lies about its length. */
async function* upTo(limit: number, body: Readable): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw Object.assign(new Error(`it has more than ${limit} bytes`), { code: 'ABORT_ERR' });
    yield chunk;
  }
}

/** An answer before the end of the body would leave the connection, which others use after us, in the middle of it. */
async function readToTheEnd(body: Readable): Promise<void> {
  if (body.destroyed || body.readableEnded) return;
  body.resume();
  await finished(body).catch(() => {});
}

/** Null when it is too long. */
async function read(body: Readable): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_JSON_BYTES) chunks.push(chunk);
  }
  return size > MAX_JSON_BYTES ? null : Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
