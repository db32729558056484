import { Readable, Transform } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { hasScopes } from '@stromgraph/kernel/auth';
import { parseInput } from '@stromgraph/kernel/input';
import { isProblem, type Problem } from '@stromgraph/kernel/problem';
import type { RouteTools } from '@stromgraph/kernel/subgraph';
import type { PrismaClient } from '@stromgraph/prisma-metering/client';
import { ingestFile } from './actions/ingest-file.ts';
import { ingestReadings } from './actions/ingest-readings.ts';
import type { DomainContext } from './context.ts';
import { ReadingsBody } from './intervals/json.ts';
import type { Loaders } from './loaders.ts';
import { type Batch, batchById, rejectionsPage } from './store/batches.ts';

const MAX_FILE_BYTES = 1_073_741_824;
/** Of 10,000 values, generously. */
const MAX_JSON_BYTES = 4_000_000;
const TOLD_REJECTIONS = 100;
const STATUS: Readonly<Record<string, number>> = { InputInvalid: 400, FileUnusable: 400, IdempotencyKeyReused: 422 };

export function addRoutes(app: FastifyInstance, { contextOf }: RouteTools<PrismaClient, Loaders>): void {
  app.post('/metering/readings', { config: { streamed: true } }, async (request, reply) => {
    const ctx = contextOf(request);
    if (!hasScopes(ctx.actor, ['metering:write'])) return refuse(reply, ctx.actor ? 403 : 401, 'This needs the scope metering:write.');
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    const body = (request.body as Readable | undefined) ?? Readable.from([]);
    if (type === 'text/csv') return answer(ctx, reply, await ingestFile(ctx, body.pipe(upTo(MAX_FILE_BYTES, body))));
    if (type !== 'application/json') return refuse(reply, 415, 'Send text/csv or application/json.');
    const text = await read(body);
    if (text === null) return refuse(reply, 413, `JSON may have ${MAX_JSON_BYTES} bytes; send more as text/csv.`);
    const given = parseJson(text);
    if (given === undefined) return refuse(reply, 400, 'The body is no JSON.');
    const input = parseInput(ReadingsBody, given);
    const outcome = isProblem(input) ? input : await ingestReadings(ctx, input, 'REST_JSON');
    return answer(ctx, reply, isProblem(outcome) ? outcome : (await batchById(ctx.db, outcome.batchId))!);
  });
}

async function answer({ db }: DomainContext, reply: FastifyReply, outcome: Batch | Problem) {
  if (isProblem(outcome)) {
    const { problem, message, ...facts } = outcome;
    return reply.code(STATUS[problem] ?? 400).type('application/problem+json').send({ title: message, status: STATUS[problem] ?? 400, problem, ...facts });
  }
  const { id: batchId, state, accepted, unchanged, rejected } = outcome;
  const rejections = (await rejectionsPage(db, batchId, TOLD_REJECTIONS, 0)).slice(0, TOLD_REJECTIONS);
  return reply.send({
    batchId, state, accepted, unchanged, rejected,
    rejections: rejections.map(({ startMs, ...rejection }) => ({ ...rejection, start: startMs === null ? null : new Date(startMs).toISOString() })),
    moreRejections: rejected > rejections.length,
  });
}

const refuse = (reply: FastifyReply, status: number, title: string) => reply.code(status).type('application/problem+json').send({ title, status });

/** The gateway has the same limit; here it also ends what lies about its length. */
function upTo(limit: number, source: Readable): Transform {
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length;
      if (size > limit) done(Object.assign(new Error(`the file has more than ${limit} bytes`), { code: 'ABORT_ERR' }));
      else done(null, chunk);
    },
  });
  source.once('error', (error) => counted.destroy(error));
  source.once('aborted', () => counted.destroy(Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' })));
  return counted;
}

async function read(body: Readable): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_JSON_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
