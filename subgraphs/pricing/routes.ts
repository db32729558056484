import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { hasScopes } from '@stromgraph/kernel/auth';
import { pageOf, toConnection } from '@stromgraph/kernel/connection';
import { wakeDue } from '@stromgraph/kernel/due';
import { fault, invalid, isProblem, type Problem } from '@stromgraph/kernel/problem';
import type { RouteTools } from '@stromgraph/kernel/subgraph';
import { isLocalDate } from '@stromgraph/kernel/time';
import type { PrismaClient } from '@stromgraph/prisma-pricing/client';
import { importCampaign } from './actions/import-campaign.ts';
import type { OfferedPrice } from './campaigns/price.ts';
import type { Loaders } from './loaders.ts';
import { rowsOfNdjson } from './price-files.ts';
import { priceListPage } from './store/offers.ts';

const STATUS: Readonly<Record<string, number>> = {
  InputInvalid: 400,
  TariffNotFound: 422,
  ChannelNotFound: 422,
  CampaignAlreadyPublished: 409,
};
const DEFAULT_PAGE = '100';

export function addRoutes(app: FastifyInstance, { contextOf }: RouteTools<PrismaClient, Loaders>): void {
  app.post('/internal/pricing-results', { config: { streamed: true } }, async (request, reply) => {
    const ctx = contextOf(request);
    if (!hasScopes(ctx.actor, ['pricing:write'])) return refuse(reply, ctx.actor ? 403 : 401, 'This needs the scope pricing:write.');
    const rows = rowsOfNdjson(request.body as Readable);
    const header = await rows.next();
    const outcome = await importCampaign(ctx, header.value, { [Symbol.asyncIterator]: () => rows });
    if (isProblem(outcome)) return tell(reply, outcome);
    wakeDue(ctx.runtime, ctx.tenant, 'pricing').catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'the workers were not woken; their timer will do it'),
    );
    const { id: campaignId, publishedAt, priceCount } = outcome.campaign;
    return reply.code(outcome.replayed ? 200 : 201).send({ campaignId, publishedAt, priceCount, replayed: outcome.replayed });
  });

  app.get<{ Params: { channel: string }; Querystring: Record<string, string | undefined> }>(
    '/channels/:channel/prices',
    async (request, reply) => {
      const ctx = contextOf(request);
      const { channel } = request.params;
      if (!ctx.actor) return refuse(reply, 401, "Give the channel's key as X-Api-Key.");
      const own = ctx.actor.kind === 'channel' ? ctx.actor.channel === channel : hasScopes(ctx.actor, ['pricing:read']);
      if (!own) return refuse(reply, 403, 'A key reads the prices of its own channel only.');
      const { on, postalCode, tariffId, after, first = DEFAULT_PAGE } = request.query;
      const faults = [
        ...(on !== undefined && !isLocalDate(on) ? [fault('on', 'is not a day', 'YYYY-MM-DD')] : []),
        ...(tariffId !== undefined && !/^[0-9a-f-]{36}$/.test(tariffId) ? [fault('tariffId', 'is not an id of a tariff')] : []),
      ];
      if (faults.length > 0) return tell(reply, invalid(faults));
      const page = pageOf({ first: Number(first), after: after ?? null }, 2);
      if (isProblem(page)) return tell(reply, page);
      const rows = await priceListPage(
        ctx.db,
        { channel, on: on ?? (await ctx.today()), tariffId: tariffId ?? null },
        postalCode ?? null,
        page.first,
        page.after,
      );
      const { nodes, pageInfo } = toConnection(rows, page.first, (price) => [price.campaign.id, String(price.line)]);
      return reply.send({ channel, prices: nodes.map(toWire), next: pageInfo.hasNextPage ? pageInfo.endCursor : null });
    },
  );
}

const toWire = ({ campaign, tariff, place, costs, fixedBonusCents, line: _line, ...price }: OfferedPrice) => ({
  campaignId: campaign.id,
  tariffId: tariff.id,
  tariff: tariff.name,
  postalCode: place.postalCode,
  city: place.city,
  district: place.district,
  ...price,
  fixedBonusCents: Number(fixedBonusCents),
  costs,
});

const refuse = (reply: FastifyReply, status: number, title: string) =>
  reply.code(status).type('application/problem+json').send({ title, status });

function tell(reply: FastifyReply, { problem, message, ...facts }: Problem) {
  const status = STATUS[problem] ?? 400;
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ title: message, status, problem, ...facts });
}
