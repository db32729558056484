import type { FastifyInstance, FastifyReply } from 'fastify';
import { hasScopes } from '@stromgraph/kernel/auth';
import { fault, invalid, isProblem, type Problem } from '@stromgraph/kernel/problem';
import type { RouteTools } from '@stromgraph/kernel/subgraph';
import type { PrismaClient } from '@stromgraph/prisma-contracts/client';
import { importContract } from './actions/import-contract.ts';
import { submissionDueAt } from './drafts/submission.ts';
import type { Draft } from './drafts/draft.ts';
import type { Loaders } from './loaders.ts';
import { wakeWorkers } from './wake-workers.ts';

const MAX_BYTES = 1_000_000;
const STATUS: Readonly<Record<string, number>> = {
  InputInvalid: 400,
  CampaignNotFound: 422,
  CampaignNotForChannel: 403,
  IdempotencyKeyReused: 422,
};

export function addRoutes(app: FastifyInstance, { contextOf }: RouteTools<PrismaClient, Loaders>): void {
  app.post('/contracts/import', { bodyLimit: MAX_BYTES }, async (request, reply) => {
    const ctx = contextOf(request);
    if (!hasScopes(ctx.actor, ['contracts:write'])) return refuse(reply, ctx.actor ? 403 : 401, 'This needs the scope contracts:write.');
    const key = request.headers['idempotency-key'];
    const body = parseObject(request.body as Buffer | undefined);
    if (body === null) return tell(reply, invalid([fault('body', 'is not a JSON object')]));
    if (typeof key !== 'string' || key === '') return tell(reply, invalid([fault('Idempotency-Key', 'is missing', '1 to 255 characters')]));
    if (body['idempotencyKey'] !== undefined && body['idempotencyKey'] !== key)
      return tell(reply, invalid([fault('idempotencyKey', 'differs from the header Idempotency-Key', key)]));
    const outcome = await importContract(ctx, { ...body, idempotencyKey: key });
    if (isProblem(outcome)) return tell(reply, outcome);
    wakeWorkers(ctx);
    const draft = (await ctx.loaders.draft.load(outcome.contractId))!;
    return reply.code(outcome.replayed ? 200 : 201).send({ draft: toWire(draft), replayed: outcome.replayed });
  });
}

const toWire = (draft: Draft) => ({
  id: draft.contractId,
  contractNumber: draft.contractNumber,
  funnelId: draft.funnelId,
  status: draft.status,
  customer: { id: draft.customerId },
  tariff: { id: draft.price.tariffId },
  campaignId: draft.price.campaignId,
  salesChannel: draft.channel,
  workingPriceCtPerKwh: draft.price.workingPriceCtPerKwh,
  fixFeeCentsPerMonth: draft.price.fixFeeCentsPerMonth,
  expectedWattHours: Number(draft.expectedWattHours),
  desiredStartOn: draft.desiredStartOn,
  signedAt: draft.signedAt,
  submission: { dueAt: submissionDueAt(draft.signedAt) },
});

function parseObject(body: Buffer | undefined): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(body?.toString('utf8') ?? '');
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const refuse = (reply: FastifyReply, status: number, title: string) =>
  reply.code(status).type('application/problem+json').send({ title, status });

function tell(reply: FastifyReply, { problem, message, ...facts }: Problem) {
  const status = STATUS[problem] ?? 400;
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ title: message, status, problem, ...facts });
}
