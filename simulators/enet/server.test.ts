import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { startEnet, type EnetOptions } from './server.ts';

const NOW = '2026-11-24T09:30:00Z';
const NORD = '11YSTROM-NORD--9';
const running: { stop(): Promise<void> }[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

type Answer = { status: number; body: any; headers: Headers }; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed

async function start(options: EnetOptions = {}) {
  const enet = await startEnet({ now: NOW, ...options });
  running.push(enet);
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(enet.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
  };
  return { ...enet, get: (path: string, headers = {}) => send('GET', path, undefined, headers), put: send.bind(null, 'PUT'), post: send.bind(null, 'POST') };
}

const forecastPath = (deliveryDay: string, gridArea = NORD) => `/v1/forecasts/day-ahead?gridArea=${gridArea}&deliveryDay=${deliveryDay}`;

test.each([
  ['2026-03-29', 92],
  ['2026-06-01', 96],
  ['2026-10-25', 100],
])('the forecast and the prices of %s have %i values', async (day, count) => {
  const enet = await start();
  const { body } = await enet.get(forecastPath(day));
  expect(body).toMatchObject({ kind: 'DAY_AHEAD_FORECAST', gridArea: NORD, deliveryDay: day, version: 2, unit: 'Wh', resolution: 'PT15M' });
  expect(body.wattHours).toHaveLength(count);
  expect(body.wattHours.every((value: unknown) => Number.isSafeInteger(value) && Number(value) > 0)).toBe(true);
  expect((Date.parse(body.end) - Date.parse(body.start)) / 900_000).toBe(count);
  const prices = (await enet.get(`/v1/prices/day-ahead?deliveryDay=${day}`)).body;
  expect(prices.prices).toHaveLength(count);
  const hours = (await enet.get(`/v1/curves/hpfc?from=${day}&until=${Temporal.PlainDate.from(day).add({ days: 1 })}`)).body;
  expect(hours.prices).toHaveLength(count / 4);
});

test('only what was published by now can be read', async () => {
  const enet = await start(); // 10:30 in Berlin
  const early = await enet.get(forecastPath('2026-11-25'));
  expect(early.body).toMatchObject({ version: 1, publishedAt: '2026-11-24T07:00:00.000Z', cutOffAt: '2026-11-24T06:30:00.000Z' });
  const later = await enet.get(forecastPath('2026-11-26'));
  expect(later).toMatchObject({ status: 404, body: { status: 404, expectedAt: '2026-11-25T07:00:00.000Z' } });
  expect(later.headers.get('content-type')).toContain('application/problem+json');
  expect((await enet.get('/v1/prices/day-ahead?deliveryDay=2026-11-25')).status).toBe(404);
  await enet.put('/_control', { now: '2026-11-24T12:00:00Z', running: false });
  expect((await enet.get(forecastPath('2026-11-25'))).body).toMatchObject({ version: 2, publishedAt: '2026-11-24T11:00:00.000Z' });
  expect((await enet.get(`${forecastPath('2026-11-25')}&version=1`)).body.wattHours).toEqual(early.body.wattHours);
  expect((await enet.get('/v1/prices/day-ahead?deliveryDay=2026-11-25')).status).toBe(200);
  expect((await enet.get('/_control')).body).toMatchObject({ businessNow: '2026-11-24T12:00:00.000Z', running: false });
});

test('the cursor finds every publication once, also what was published by hand in between', async () => {
  const enet = await start({ now: '2026-11-24T06:00:00Z' });
  await enet.put('/_control', { running: false });
  let after = (await drain(enet, 0)).next;
  expect((await enet.get(`/v1/publications?after=${after}`)).body).toEqual({ publications: [], next: after, more: false });
  const seen: { n: number; kind: string; version: number; href: string; gridArea?: string }[] = [];
  for (const step of ['2026-11-24T07:00:00Z', 'publish', '2026-11-24T11:00:00Z', 'publish', '2026-11-24T12:00:00Z', '2026-11-25T00:00:00Z']) {
    if (step === 'publish') await enet.post('/_publish', { kind: 'DAY_AHEAD_FORECAST', gridAreas: [NORD], factor: 1.5 });
    else await enet.put('/_control', { now: step, running: false });
    const got = await drain(enet, after);
    seen.push(...got.publications);
    after = got.next;
  }
  expect(seen.map(({ n }) => n)).toEqual(seen.map(({ n }) => n).toSorted((a, b) => a - b));
  expect(seen.filter(({ kind, gridArea }) => kind === 'DAY_AHEAD_FORECAST' && gridArea === NORD).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  expect(seen.filter(({ kind }) => kind === 'DAY_AHEAD_PRICES')).toHaveLength(1);
  expect(seen.filter(({ kind }) => kind === 'HPFC')).toHaveLength(1);
  for (const { href, version } of seen) expect((await enet.get(href)).body.version).toBe(version);
});

async function drain(enet: Awaited<ReturnType<typeof start>>, from: number) {
  const publications = [];
  for (let next = from; ; ) {
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
  expect(yearly.map(({ gridArea }: { gridArea: string }) => gridArea)).toEqual([...GRID_AREAS, ...GRID_AREAS].map(({ gridArea }) => gridArea).slice(0, yearly.length));
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
  expect(doubled).toMatchObject({ version: 3, cutOffAt: '2026-11-24T10:00:00.000Z', wattHours: before.wattHours.map((value: number) => value * 2) });
  await enet.post('/_publish', { kind: 'DAY_AHEAD_FORECAST', deliveryDays: ['2026-10-25'], wattHours: 5000 });
  expect((await enet.get(forecastPath('2026-10-25', '11YSTROM-SUWESTL'))).body.wattHours).toEqual(Array.from({ length: 100 }, () => 5000));
  const misfit = await enet.post('/_publish', { kind: 'DAY_AHEAD_FORECAST', deliveryDays: ['2026-10-25'], wattHours: Array.from({ length: 96 }, () => 1) });
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

test('load profiles come to 1,000,000 kWh a year', async () => {
  const enet = await start();
  const { body: list } = await enet.get('/v1/load-profiles');
  for (const profile of list.profiles) {
    const { body } = await enet.get(`/v1/load-profiles/${profile}?year=2026`);
    expect(Object.keys(body.values)).toHaveLength(12);
    let kwh = 0;
    for (let date = Temporal.PlainDate.from('2026-01-01'); date.year === 2026; date = date.add({ days: 1 })) {
      const holiday = ['01-01', '04-03', '04-06', '05-01', '05-14', '05-25', '10-03', '12-25', '12-26'].some((day) => date.toString().endsWith(day));
      const eve = date.month === 12 && (date.day === 24 || date.day === 31);
      const type = holiday || date.dayOfWeek === 7 ? 'FT' : eve || date.dayOfWeek === 6 ? 'SA' : 'WT';
      const slots: string[] = body.values[date.month][type];
      expect(slots).toHaveLength(96);
      const t = date.dayOfYear;
      const dynamic = -3.92e-10 * t ** 4 + 3.2e-7 * t ** 3 - 7.02e-5 * t ** 2 + 2.1e-3 * t + 1.24;
      kwh += slots.reduce((sum, value) => sum + Number(value), 0) * (body.dynamised ? Math.round(dynamic * 1e4) / 1e4 : 1);
    }
    expect(Math.abs(kwh - 1_000_000)).toBeLessThan(5);
    expect(body.dynamised).toBe(profile === 'H25');
    expect(body.values['1'].WT[0]).toMatch(/^\d+\.\d{3}$/);
  }
});

test('prices go below zero on some days of a year', async () => {
  const enet = await start();
  const negative = [];
  for (const day of ['2026-05-03', '2026-05-10', '2026-05-14', '2026-06-07', '2026-06-14', '2026-06-21', '2026-07-05', '2026-08-02']) {
    const { prices } = (await enet.get(`/v1/prices/day-ahead?deliveryDay=${day}`)).body;
    for (const price of prices) expect(price).toMatch(/^-?\d+\.\d{2}$/);
    negative.push(...prices.filter((price: string) => price.startsWith('-')));
  }
  expect(negative.length).toBeGreaterThan(0);
});

test('places lead to municipality, operator and grid area; grid fees belong to an area and a year', async () => {
  const enet = await start();
  expect((await enet.get('/v1/places?postalCode=24103&city=Kiel')).body.places).toEqual([
    { postalCode: '24103', city: 'Kiel', district: 'Altstadt', ags: '01002000', dsoCode: '9999000100012', dsoName: 'Fördenetz GmbH', gridArea: NORD },
  ]);
  expect((await enet.get('/v1/places?postalCode=97941')).body.places).toHaveLength(2);
  expect((await enet.get('/v1/places?postalCode=00000')).body.places).toEqual([]);
  const fees = await enet.get(`/v1/grid-fees?gridArea=${NORD}&year=2026`);
  expect(fees.body).toMatchObject({ kind: 'GRID_FEES', year: 2026, version: 1, energyCentPerKwh: expect.stringMatching(/^\d+\.\d\d$/) });
  expect((await enet.get(`/v1/grid-fees?gridArea=${NORD}&year=2028`)).status).toBe(404);
});

test('the same seed gives the same world, another seed another one', async () => {
  const [one, two, other] = [await start(), await start(), await start({ seed: 'other' })];
  const paths = [forecastPath('2026-11-25'), '/v1/prices/day-ahead?deliveryDay=2026-11-24', '/v1/curves/hpfc?from=2026-12-01&until=2027-12-01'];
  for (const path of paths) {
    expect((await one.get(path)).body).toEqual((await two.get(path)).body);
    expect((await one.get(path)).body).not.toEqual((await other.get(path)).body);
  }
});

test('with a folder it remembers across a restart, reset forgets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'enet-'));
  folders.push(folder);
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
  const answer = method === 'GET' ? await enet.get(path) : method === 'PUT' ? await enet.put(path, body) : await enet.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.body.faults.map(({ path: at }: { path: string }) => at)).toContain(fault);
});
