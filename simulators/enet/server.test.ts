import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { forecastPath, NORD, start } from './under-test.ts';

test('only what was published by now can be read', async () => {
  const enet = await start(); // 10:30 in Berlin
  const early = await enet.get(forecastPath('2026-11-25'));
  expect(early.body).toMatchObject({ version: 1, publishedAt: '2026-11-24T07:00:00.000Z', cutOffAt: '2026-11-24T06:30:00.000Z' });
  const later = await enet.get(forecastPath('2026-11-26'));
  expect(later).toMatchObject({ status: 404, body: { status: 404, expectedAt: '2026-11-25T07:00:00.000Z' } });
  expect(later.headers.get('content-type')).toContain('application/problem+json');
  expect((await enet.get('/v1/prices/day-ahead?deliveryDay=2026-11-25')).status).toBe(404);
  await enet.put('/_control', { now: '2026-11-24T12:00:00Z', running: false });
  expect((await enet.get(forecastPath('2026-11-25'))).body).toMatchObject({
    version: 2,
    publishedAt: '2026-11-24T11:00:00.000Z',
  });
  expect((await enet.get(`${forecastPath('2026-11-25')}&version=1`)).body.wattHours).toEqual(early.body.wattHours);
  expect((await enet.get('/v1/prices/day-ahead?deliveryDay=2026-11-25')).status).toBe(200);
  expect((await enet.get('/_control')).body).toMatchObject({ businessNow: '2026-11-24T12:00:00.000Z', running: false });
});

test('the cursor finds every publication once, also what was published by hand in between', async () => {
  const enet = await start({ now: '2026-11-24T06:00:00Z' });
  await enet.put('/_control', { running: false });
  let after = (await drain(enet, 0)).next;
  expect((await enet.get(`/v1/publications?after=${after}`)).body).toMatchObject({ publications: [], next: after, more: false });
  const seen: { n: number; kind: string; version: number; href: string; gridArea?: string }[] = [];
  for (const step of [
    '2026-11-24T07:00:00Z',
    'publish',
    '2026-11-24T11:00:00Z',
    'publish',
    '2026-11-24T12:00:00Z',
    '2026-11-25T00:00:00Z',
  ]) {
    if (step === 'publish') await enet.post('/_publish', { kind: 'DAY_AHEAD_FORECAST', gridAreas: [NORD], factor: 1.5 });
    else await enet.put('/_control', { now: step, running: false });
    const got = await drain(enet, after);
    seen.push(...got.publications);
    after = got.next;
  }
  expect(seen.map(({ n }) => n)).toEqual(seen.map(({ n }) => n).toSorted((a, b) => a - b));
  expect(
    seen.filter(({ kind, gridArea }) => kind === 'DAY_AHEAD_FORECAST' && gridArea === NORD).map(({ version }) => version),
  ).toEqual([1, 2, 3, 4]);
  expect(seen.filter(({ kind }) => kind === 'DAY_AHEAD_PRICES')).toHaveLength(1);
  expect(seen.filter(({ kind }) => kind === 'HPFC')).toHaveLength(1);
  for (const { href, version } of seen) expect((await enet.get(href)).body.version).toBe(version);
});

async function drain(enet: Awaited<ReturnType<typeof start>>, from: number) {
  const publications = [];
  for (let next = from; ;) {
    const { body } = await enet.get(`/v1/publications?after=${next}&limit=7`);
    publications.push(...body.publications);
    next = body.next;
    if (!body.more) return { publications, next };
  }
}

test('pages of the backlog are complete and without repetition', async () => {
  const enet = await start();
  const paged = await drain(enet, 0);
  const whole = (await enet.get('/v1/publications?after=0&limit=1000')).body;
  expect(paged.publications).toEqual(whole.publications);
  expect(new Set(whole.publications.map(({ n }: { n: number }) => n)).size).toBe(whole.publications.length);
  const yearly = (await enet.get(`/v1/publications?after=1&kind=GRID_FEES`)).body.publications;
  expect(yearly.map(({ gridArea }: { gridArea: string }) => gridArea)).toEqual(
    [...GRID_AREAS, ...GRID_AREAS].map(({ gridArea }) => gridArea).slice(0, yearly.length),
  );
});

test('a publication by hand is the newest version, scaled or given', async () => {
  const enet = await start({ now: '2026-11-24T12:00:00Z' });
  const before = (await enet.get(forecastPath('2026-11-25'))).body;
  const { status, body } = await enet.post('/_publish', {
    kind: 'DAY_AHEAD_FORECAST',
    gridAreas: [NORD],
    deliveryDays: ['2026-11-25'],
    factor: 2,
    cutOffAt: '2026-11-24T10:00:00Z',
  });
  expect(status).toBe(201);
  expect(body.publications).toMatchObject([{ kind: 'DAY_AHEAD_FORECAST', version: 3, gridArea: NORD }]);
  const doubled = (await enet.get(forecastPath('2026-11-25'))).body;
  expect(doubled).toMatchObject({
    version: 3,
    cutOffAt: '2026-11-24T10:00:00.000Z',
    wattHours: before.wattHours.map((value: number) => value * 2),
  });
  await enet.post('/_publish', { kind: 'DAY_AHEAD_FORECAST', deliveryDays: ['2026-10-25'], wattHours: 5000 });
  expect((await enet.get(forecastPath('2026-10-25', '11YSTROM-SUWESTL'))).body.wattHours).toEqual(
    Array.from({ length: 100 }, () => 5000),
  );
  const misfit = await enet.post('/_publish', {
    kind: 'DAY_AHEAD_FORECAST',
    deliveryDays: ['2026-10-25'],
    wattHours: Array.from({ length: 96 }, () => 1),
  });
  expect(misfit).toMatchObject({ status: 400, body: { faults: [{ path: 'body.wattHours' }] } });
  for (const kind of ['DAY_AHEAD_PRICES', 'HPFC', 'LOAD_PROFILES', 'GRID_FEES'])
    expect((await enet.post('/_publish', { kind, factor: 1.1 })).body.publications.length).toBeGreaterThan(0);
});

test('a reported portfolio gives the forecast its size and its cut-off', async () => {
  const enet = await start({ now: '2026-11-24T06:00:00Z' });
  const report = { asOf: '2026-11-24T05:00:00Z', kwhPerYear: { H25: 3_000_000 } };
  expect((await enet.put(`/v1/portfolios/${NORD}`, report)).status).toBe(204);
  await enet.put('/_control', { now: '2026-11-24T12:00:00Z' });
  const { body } = await enet.get(forecastPath('2026-11-25'));
  expect(body.cutOffAt).toBe('2026-11-24T05:00:00.000Z');
  const kwh = body.wattHours.reduce((sum: number, value: number) => sum + value, 0) / 1000;
  expect(kwh).toBeGreaterThan((3_000_000 / 365) * 0.8);
  expect(kwh).toBeLessThan((3_000_000 / 365) * 1.4);
  expect((await enet.put(`/v1/portfolios/${NORD}`, { asOf: 'yesterday', kwhPerYear: {} })).status).toBe(400);
});

test('an unchanged resource is answered with 304', async () => {
  const enet = await start({ now: '2026-11-24T12:00:00Z' });
  const first = await enet.get(forecastPath('2026-11-25'));
  const etag = first.headers.get('etag') as string;
  expect((await enet.get(forecastPath('2026-11-25'), { 'if-none-match': etag })).status).toBe(304);
  await enet.post('/_publish', { kind: 'DAY_AHEAD_FORECAST', gridAreas: [NORD], deliveryDays: ['2026-11-25'] });
  expect((await enet.get(forecastPath('2026-11-25'), { 'if-none-match': etag })).status).toBe(200);
});

test('with a folder it remembers across a restart, reset forgets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'enet-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const first = await start({ folder });
  await first.post('/_publish', { kind: 'DAY_AHEAD_FORECAST', gridAreas: [NORD], deliveryDays: ['2026-11-25'], factor: 3 });
  const before = (await first.get('/v1/publications?after=0&limit=1000')).body;
  await first.stop();
  const again = await start({ folder, now: '2026-11-24T09:40:00Z' });
  expect((await again.get('/v1/publications?after=0&limit=1000')).body).toEqual(before);
  await again.put('/_control', { reset: true });
  expect((await again.get(forecastPath('2026-11-25'))).body.version).toBe(1);
});

test('the control fails, slows and delays what it is told to', async () => {
  const enet = await start();
  await enet.put('/_control', { fail: { status: 503, count: 2 } });
  expect((await enet.get('/v1/grid-areas')).status).toBe(503);
  expect((await enet.get('/health')).status).toBe(200);
  expect((await enet.get('/v1/grid-areas')).status).toBe(503);
  expect((await enet.get('/v1/grid-areas')).status).toBe(200);
  await enet.put('/_control', { fail: { status: 0, count: 1 } });
  await expect(enet.get('/v1/grid-areas')).rejects.toThrow('fetch failed');
  await enet.put('/_control', { slowMs: 60 });
  const begun = performance.now();
  await enet.get('/v1/grid-areas');
  expect(performance.now() - begun).toBeGreaterThan(50);
  await enet.put('/_control', { slowMs: 0, lateMinutes: 240 });
  expect((await enet.get(forecastPath('2026-11-25'))).status).toBe(404);
  expect((await enet.get('/_messages')).body.messages.at(0)).toMatchObject({ method: 'GET', url: '/v1/grid-areas', status: 503 });
  expect((await enet.get('/_idle')).body).toEqual({ idle: true, pending: 0 });
});

test.each([
  ['PUT', '/_control', { slow: 5 }, 'body.slow'],
  ['PUT', '/_control', { slowMs: '5' }, 'body.slowMs'],
  ['PUT', '/_control', { now: '2026-11-24T09:30:00' }, 'body.now'],
  ['POST', '/_publish', { kind: 'WEATHER' }, 'body.kind'],
  ['POST', '/_publish', { kind: 'DAY_AHEAD_FORECAST', gridAreas: ['x'] }, 'body.gridAreas.0'],
  ['GET', '/v1/forecasts/day-ahead?gridArea=x&deliveryDay=2026-11-25', undefined, 'querystring.gridArea'],
  ['GET', `/v1/forecasts/day-ahead?gridArea=${NORD}&deliveryDay=2026-02-30`, undefined, 'querystring.deliveryDay'],
  ['GET', '/v1/publications?after=-1', undefined, 'querystring.after'],
])('%s %s %j is refused at %s', async (method, path, body, fault) => {
  const enet = await start();
  const answer =
    method === 'GET' ? await enet.get(path) : method === 'PUT' ? await enet.put(path, body) : await enet.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.body.faults.map(({ path: at }: { path: string }) => at)).toContain(fault);
});

test('revisions show life: area by area a new version of a published forecast', async () => {
  const enet = await start();
  const { next } = await drain(enet, 0);
  await enet.put('/_control', { revisionSeconds: 0.1 });
  const revised = async () => (await drain(enet, next)).publications;
  await expect.poll(async () => (await revised()).length, { interval: 20 }).toBeGreaterThanOrEqual(2);
  await enet.put('/_control', { revisionSeconds: 0 });
  expect((await revised()).slice(0, 2)).toMatchObject([
    { kind: 'DAY_AHEAD_FORECAST', gridArea: NORD, deliveryDay: '2026-11-25', version: 2 },
    { kind: 'DAY_AHEAD_FORECAST', gridArea: '11YSTROM-OST---O', deliveryDay: '2026-11-25', version: 2 },
  ]);
});

type Listed = { kind: string; version: number; href: string; publishedAt: string };

test('every horizon, actuals, temperatures and prices of a week are published, and each can be read', async () => {
  const enet = await start({ now: '2026-11-27T22:00:00Z' });
  const { publications } = (await enet.get('/v1/publications?after=0&limit=1000')).body;
  const kinds = new Map<string, Listed>(publications.map((each: Listed) => [each.kind, each]));
  for (const kind of ['DAY_AHEAD_FORECAST', 'INTRADAY_FORECAST', 'WEEK_AHEAD_FORECAST', 'TEMPERATURES', 'ACTUALS', 'DAY_AHEAD_PRICES', 'HPFC'])
    expect((await enet.get(kinds.get(kind)!.href)).body).toMatchObject({ kind, version: kinds.get(kind)!.version });
  const week = (await enet.get(`/v1/forecasts/week-ahead?gridArea=${NORD}&weekOf=2026-11-30`)).body;
  expect(week).toMatchObject({ resolution: 'PT60M', publishedAt: '2026-11-26T11:00:00.000Z', wattHours: { length: 168 } });
  expect((await enet.get(`/v1/forecasts/week-ahead?gridArea=${NORD}&weekOf=2026-10-19`)).body.wattHours).toHaveLength(169);
  expect((await enet.get(`/v1/forecasts/week-ahead?gridArea=${NORD}&weekOf=2026-12-01`)).status).toBe(400);
  const year = (await enet.get(`/v1/forecasts/year-ahead?gridArea=${NORD}&year=2027`)).body;
  expect(Object.values(year.months as Record<string, number[]>).map(({ length }) => length)).toEqual(Array(12).fill(168));
  expect((await enet.get(`/v1/temperatures?gridArea=${NORD}&deliveryDay=2026-11-28`)).body.celsius).toHaveLength(24);
  const actuals = (await enet.get(`/v1/actuals?gridArea=${NORD}&deliveryDay=2026-11-26`)).body;
  const forecast = (await enet.get(forecastPath('2026-11-26'))).body;
  const [used, expected] = [actuals, forecast].map(({ wattHours }) => wattHours.reduce((sum: number, value: number) => sum + value, 0));
  expect(Math.abs(used / expected - 1)).toBeLessThan(0.05);
  expect(actuals.wattHours).not.toEqual(forecast.wattHours);
});

test('it says when each kind comes next; one that is late stays announced until it has come', async () => {
  const enet = await start({ now: '2026-11-24T06:00:00Z' });
  const planned = async () => {
    const { body } = await enet.get('/v1/publications?after=1&limit=1');
    return Object.fromEntries(body.planned.map(({ kind, at }: { kind: string; at: string }) => [kind, at]));
  };
  expect(await planned()).toMatchObject({
    DAY_AHEAD_FORECAST: '2026-11-24T07:00:00.000Z',
    DAY_AHEAD_PRICES: '2026-11-24T11:57:00.000Z',
    WEEK_AHEAD_FORECAST: '2026-11-26T11:00:00.000Z',
  });
  await enet.put('/_control', { lateMinutes: 90, lateKinds: ['DAY_AHEAD_FORECAST'], now: '2026-11-24T08:00:00Z', running: false });
  expect(await planned()).toMatchObject({ DAY_AHEAD_FORECAST: '2026-11-24T07:00:00.000Z', INTRADAY_FORECAST: '2026-11-24T15:00:00.000Z' });
  expect((await enet.get(forecastPath('2026-11-25'))).status).toBe(404);
  await enet.put('/_control', { now: '2026-11-24T08:30:00Z', running: false });
  expect((await enet.get(forecastPath('2026-11-25'))).body).toMatchObject({ version: 1, publishedAt: '2026-11-24T08:30:00.000Z' });
  expect(await planned()).toMatchObject({ DAY_AHEAD_FORECAST: '2026-11-24T11:00:00.000Z' });
  await enet.put('/_control', { withheld: ['DAY_AHEAD_FORECAST'] });
  expect((await enet.get(forecastPath('2026-11-25'))).status).toBe(404);
});

test('a question may wait for what comes next', async () => {
  const enet = await start({ now: '2026-11-24T06:59:00Z' });
  await enet.put('/_control', { running: false });
  const { next } = await drain(enet, 0);
  const waiting = enet.get(`/v1/publications?after=${next}&waitMs=60000`);
  await enet.put('/_control', { now: '2026-11-24T07:00:00Z', running: false });
  expect((await waiting).body.publications).toHaveLength(15);
  const nothing = (await enet.get(`/v1/publications?after=${(await drain(enet, next)).next}&waitMs=1`)).body;
  expect(nothing.publications).toEqual([]);
});
