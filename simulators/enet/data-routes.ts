import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addDays, daysBetween, toInstantText } from '../world/berlin.ts';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { PLACES } from '../world/places.ts';
import { refuse } from '../steering/http.ts';
import type { Catalogue } from './catalogue.ts';
import {
  actualsBody,
  curveBody,
  forecastBody,
  gridFeesBody,
  imbalanceBody,
  pricesBody,
  quantityPriceBody,
  profileBody,
  temperaturesBody,
  weekAheadBody,
  yearAheadBody,
  type Content,
} from './data.ts';
import { PROFILES } from './formulas/load-curves.ts';
import type { Subject } from './publication.ts';

const MAX_CURVE_DAYS = 1100;
/** So far back the newest curve is looked for, when curves are late. */
const CURVE_SEARCH_DAYS = 14;

const AREA = { enum: GRID_AREAS.map(({ gridArea }) => gridArea) };
const DAY = { type: 'string', format: 'date', pattern: '^20' };
const YEAR = { type: 'string', pattern: '^20\\d\\d$' };
const VERSION = { type: 'string', pattern: '^[1-9]\\d{0,5}$' };
const objectOf = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const PORTFOLIO = objectOf(
  {
    asOf: { type: 'string', format: 'date-time' },
    kwhPerYear: { type: 'object', propertyNames: { enum: PROFILES }, additionalProperties: { type: 'number', minimum: 0 } },
  },
  ['asOf', 'kwhPerYear'],
);

/** The reading side: everything under /v1 but the list of publications. */
export function serveData(
  app: FastifyInstance,
  { catalogue, seed, today }: { catalogue: Catalogue; seed: () => string; today: () => string },
) {
  /** Answers with the newest version of a subject, or the one asked for. */
  function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    subject: Subject,
    version: string | undefined,
    bodyOf: (content: Content) => object,
  ) {
    const versions = catalogue.versionsOf(subject);
    const publication = version === undefined ? versions.at(-1) : versions[Number(version) - 1];
    if (!publication) {
      const expectedAtMs = catalogue.expectedAt(subject);
      const facts = expectedAtMs === undefined ? {} : { expectedAt: toInstantText(expectedAtMs) };
      throw refuse(404, version === undefined ? 'Not published yet.' : `Version ${version} is not published.`, { facts });
    }
    const etag = `"${seed()}.${publication.n}.${publication.version}"`;
    reply.header('etag', etag).header('cache-control', 'no-cache');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return bodyOf({ seed: seed(), catalogue, publication });
  }

  function newestCurveDay(): string {
    const days = Array.from({ length: CURVE_SEARCH_DAYS }, (_, back) => addDays(today(), -back));
    return days.find((curveDay) => catalogue.versionsOf({ kind: 'HPFC', curveDay }).length > 0) ?? today();
  }

  const OF_DAYS = [
    ['/v1/forecasts/day-ahead', 'DAY_AHEAD_FORECAST', forecastBody],
    ['/v1/forecasts/intraday', 'INTRADAY_FORECAST', forecastBody],
    ['/v1/temperatures', 'TEMPERATURES', temperaturesBody],
    ['/v1/actuals', 'ACTUALS', actualsBody],
  ] as const;
  for (const [path, kind, bodyOf] of OF_DAYS)
    app.get<{ Querystring: { gridArea: string; deliveryDay: string; version?: string } }>(
      path,
      { schema: { querystring: objectOf({ gridArea: AREA, deliveryDay: DAY, version: VERSION }, ['gridArea', 'deliveryDay']) } },
      (request, reply) => {
        const { gridArea, deliveryDay, version } = request.query;
        return answer(request, reply, { kind, gridArea, deliveryDay }, version, bodyOf);
      },
    );
  app.get<{ Querystring: { gridArea: string; weekOf: string; version?: string } }>(
    '/v1/forecasts/week-ahead',
    { schema: { querystring: objectOf({ gridArea: AREA, weekOf: DAY, version: VERSION }, ['gridArea', 'weekOf']) } },
    (request, reply) => {
      const { gridArea, weekOf, version } = request.query;
      if (Temporal.PlainDate.from(weekOf).dayOfWeek !== 1) throw refuse(400, 'weekOf is a Monday.');
      return answer(request, reply, { kind: 'WEEK_AHEAD_FORECAST', gridArea, weekOf }, version, weekAheadBody);
    },
  );
  app.get<{ Querystring: { gridArea: string; year: string; version?: string } }>(
    '/v1/forecasts/year-ahead',
    { schema: { querystring: objectOf({ gridArea: AREA, year: YEAR, version: VERSION }, ['gridArea', 'year']) } },
    (request, reply) => {
      const { gridArea, year, version } = request.query;
      return answer(request, reply, { kind: 'YEAR_AHEAD_FORECAST', gridArea, year: Number(year) }, version, yearAheadBody);
    },
  );
  const PRICES_OF_DAYS = [
    ['/v1/prices/day-ahead', 'DAY_AHEAD_PRICES', pricesBody],
    ['/v1/prices/imbalance', 'IMBALANCE_PRICES', imbalanceBody],
  ] as const;
  for (const [path, kind, bodyOf] of PRICES_OF_DAYS)
    app.get<{ Querystring: { deliveryDay: string; version?: string } }>(
      path,
      { schema: { querystring: objectOf({ deliveryDay: DAY, version: VERSION }, ['deliveryDay']) } },
      (request, reply) => {
        const { deliveryDay, version } = request.query;
        return answer(request, reply, { kind, deliveryDay }, version, bodyOf);
      },
    );
  app.get<{ Querystring: { month: string; version?: string } }>(
    '/v1/prices/quantities',
    { schema: { querystring: objectOf({ month: { type: 'string', pattern: '^20\\d\\d-(0[1-9]|1[0-2])-01$' }, version: VERSION }, ['month']) } },
    (request, reply) => {
      const { month, version } = request.query;
      return answer(request, reply, { kind: 'QUANTITY_PRICES', month }, version, quantityPriceBody);
    },
  );
  app.get<{ Querystring: { from: string; until: string; curveDay?: string; version?: string } }>(
    '/v1/curves/hpfc',
    { schema: { querystring: objectOf({ from: DAY, until: DAY, curveDay: DAY, version: VERSION }, ['from', 'until']) } },
    (request, reply) => {
      const { from, until, curveDay, version } = request.query;
      const days = daysBetween(from, until);
      if (days < 1 || days > MAX_CURVE_DAYS) throw refuse(400, `until is 1 to ${MAX_CURVE_DAYS} days after from.`);
      const subject: Subject = { kind: 'HPFC', curveDay: curveDay ?? newestCurveDay() };
      return answer(request, reply, subject, version, (content) => curveBody(content, { from, until }));
    },
  );
  app.get('/v1/load-profiles', () => ({ profiles: PROFILES }));
  app.get<{ Params: { profile: string }; Querystring: { year: string; version?: string } }>(
    '/v1/load-profiles/:profile',
    {
      schema: {
        querystring: objectOf({ year: YEAR, version: VERSION }, ['year']),
        params: objectOf({ profile: { enum: PROFILES } }),
      },
    },
    (request, reply) => {
      const { year, version } = request.query;
      return answer(
        request,
        reply,
        { kind: 'LOAD_PROFILES', profile: request.params.profile, year: Number(year) },
        version,
        profileBody,
      );
    },
  );
  app.get<{ Querystring: { gridArea: string; year: string; version?: string } }>(
    '/v1/grid-fees',
    { schema: { querystring: objectOf({ gridArea: AREA, year: YEAR, version: VERSION }, ['gridArea', 'year']) } },
    (request, reply) => {
      const { gridArea, year, version } = request.query;
      return answer(request, reply, { kind: 'GRID_FEES', gridArea, year: Number(year) }, version, gridFeesBody);
    },
  );
  app.get('/v1/grid-areas', () => ({ gridAreas: GRID_AREAS }));
  app.get<{ Querystring: { postalCode?: string; city?: string } }>(
    '/v1/places',
    { schema: { querystring: objectOf({ postalCode: { type: 'string' }, city: { type: 'string' } }) } },
    ({ query: { postalCode, city } }) => ({
      places: PLACES.filter(
        (place) => (postalCode ?? place.postalCode) === place.postalCode && (city ?? place.city) === place.city,
      ),
    }),
  );
  app.put<{ Params: { gridArea: string }; Body: { asOf: string; kwhPerYear: Record<string, number> } }>(
    '/v1/portfolios/:gridArea',
    { schema: { params: objectOf({ gridArea: AREA }, ['gridArea']), body: PORTFOLIO } },
    ({ params: { gridArea }, body: { asOf, kwhPerYear } }, reply) => {
      catalogue.report({ gridArea, asOfMs: Date.parse(asOf), kwhPerYear });
      return reply.code(204).send();
    },
  );
}
