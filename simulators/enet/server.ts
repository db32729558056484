import { setTimeout as sleep } from 'node:timers/promises';
import { dayOf, toInstantText } from '../world/berlin.ts';
import { makeSteering } from '../steering/control.ts';
import { listen, openHttp, PAGE_QUERY, pageOf, readPage, refuse, type ListenOptions, type PageQuery } from '../steering/http.ts';
import { openCatalogue } from './catalogue.ts';
import { serveData } from './data-routes.ts';
import { KINDS, type Kind } from './publication.ts';
import { misfit, PUBLISH_BODY, subjectsOf, type Publish } from './publish.ts';
import { startRevisions } from './revisions.ts';

const KEPT_REQUESTS = 10_000;
/** How often a waiting question looks again. */
const WAIT_STEP_MS = 50;

export type EnetOptions = ListenOptions & {
  seed?: string;
  now?: string | undefined;
  folder?: string | undefined;
  revisionSeconds?: number;
};

/** Starts the data service. */
export async function startEnet(options: EnetOptions = {}): Promise<{ url: string; stop(): Promise<void> }> {
  const { seed = 'stromgraph', now, folder, revisionSeconds = 0 } = options;
  const steering = makeSteering({ seed, now, defaults: { lateMinutes: 0, lateKinds: null as Kind[] | null, withheld: [] as Kind[], revisionSeconds }, onReset: () => forget() });
  const { control, clock } = steering;
  const late = (kind: Kind) =>
    control.withheld.includes(kind) ? null : control.lateKinds === null || control.lateKinds.includes(kind) ? control.lateMinutes * 60_000 : 0;
  const catalogue = openCatalogue({ folder, nowMs: clock.nowMs, late });
  const requests: { n: number; at: string; method: string; url: string; status: number }[] = [];
  let counted = 0;
  let isStopping = false;

  function forget() {
    catalogue.clear();
    requests.length = 0;
  }

  const app = openHttp({
    name: 'enet',
    steering,
    properties: {
      lateMinutes: { type: 'integer', minimum: 0, maximum: 10_080 },
      lateKinds: { type: ['array', 'null'], items: { enum: KINDS } },
      withheld: { type: 'array', items: { enum: KINDS } },
      revisionSeconds: { type: 'number', minimum: 0, maximum: 86_400 },
    },
    pending: () => 0,
  });
  app.addHook('onResponse', async ({ method, url }, { statusCode: status }) => {
    if (!url.startsWith('/v1/')) return;
    counted += 1;
    requests.push({ n: counted, at: toInstantText(clock.nowMs()), method, url, status });
    if (requests.length > KEPT_REQUESTS) requests.shift();
  });

  const seedNow = () => control.seed;
  const today = () => dayOf(clock.nowMs());
  const stopRevisions = startRevisions({ catalogue, everySeconds: () => control.revisionSeconds, seed: seedNow, today });
  serveData(app, { catalogue, seed: seedNow, today });
  app.get<{ Querystring: PageQuery & { kind?: string; waitMs?: string } }>(
    '/v1/publications',
    {
      schema: {
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: { ...PAGE_QUERY, kind: { enum: KINDS }, waitMs: { type: 'string', pattern: '^\\d{1,5}$' } },
        },
      },
    },
    async ({ query, raw }) => {
      const until = performance.now() + Number(query.waitMs ?? 0);
      for (;;) {
        const page = catalogue.after({ ...readPage(query), kind: query.kind });
        if (page.publications.length > 0 || performance.now() >= until || raw.destroyed || isStopping)
          return { ...page, planned: catalogue.planned() };
        await sleep(WAIT_STEP_MS);
      }
    },
  );
  app.post<{ Body: Publish }>('/_publish', { schema: { body: PUBLISH_BODY } }, ({ body }, reply) => {
    const subjects = subjectsOf(body, today());
    const fault = misfit(body, subjects);
    if (fault) throw refuse(400, fault, { faults: [{ path: 'body.wattHours', fault }] });
    return reply.code(201).send({ publications: subjects.map((subject) => catalogue.publish(subject, { factor: 1, ...body })) });
  });
  app.get<{ Querystring: PageQuery }>(
    '/_messages',
    { schema: { querystring: { type: 'object', additionalProperties: false, properties: PAGE_QUERY } } },
    ({ query }) => {
      const { page, next, more } = pageOf(requests, ({ n }) => n, readPage(query, 1000));
      return { messages: page, next, more };
    },
  );
  const url = await listen(app, options);
  return {
    url,
    stop: () => {
      isStopping = true;
      stopRevisions();
      return app.close();
    },
  };
}
