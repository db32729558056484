import { expect, test } from 'vitest';
import { forecastPath, NORD, start } from './under-test.ts';

test.each([
  ['2026-03-29', 92],
  ['2026-06-01', 96],
  ['2026-10-25', 100],
])('the forecast and the prices of %s have %i values', async (day, count) => {
  const enet = await start();
  const { body } = await enet.get(forecastPath(day));
  expect(body).toMatchObject({
    kind: 'DAY_AHEAD_FORECAST',
    gridArea: NORD,
    deliveryDay: day,
    version: 2,
    unit: 'Wh',
    resolution: 'PT15M',
  });
  expect(body.wattHours).toHaveLength(count);
  expect(body.wattHours.every((value: unknown) => Number.isSafeInteger(value) && Number(value) > 0)).toBe(true);
  expect((Date.parse(body.end) - Date.parse(body.start)) / 900_000).toBe(count);
  const prices = (await enet.get(`/v1/prices/day-ahead?deliveryDay=${day}`)).body;
  expect(prices.prices).toHaveLength(count);
  const hours = (await enet.get(`/v1/curves/hpfc?from=${day}&until=${Temporal.PlainDate.from(day).add({ days: 1 }).toString()}`)).body;
  expect(hours.prices).toHaveLength(count / 4);
});

test('load profiles come to 1,000,000 kWh a year', async () => {
  const enet = await start();
  const { body: list } = await enet.get('/v1/load-profiles');
  for (const profile of list.profiles) {
    const { body } = await enet.get(`/v1/load-profiles/${profile}?year=2026`);
    expect(Object.keys(body.values)).toHaveLength(12);
    let kwh = 0;
    for (let date = Temporal.PlainDate.from('2026-01-01'); date.year === 2026; date = date.add({ days: 1 })) {
      const holiday = ['01-01', '04-03', '04-06', '05-01', '05-14', '05-25', '10-03', '12-25', '12-26'].some((day) =>
        date.toString().endsWith(day),
      );
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
  for (const day of [
    '2026-05-03',
    '2026-05-10',
    '2026-05-14',
    '2026-06-07',
    '2026-06-14',
    '2026-06-21',
    '2026-07-05',
    '2026-08-02',
  ]) {
    const { prices } = (await enet.get(`/v1/prices/day-ahead?deliveryDay=${day}`)).body;
    for (const price of prices) expect(price).toMatch(/^-?\d+\.\d{2}$/);
    negative.push(...prices.filter((price: string) => price.startsWith('-')));
  }
  expect(negative.length).toBeGreaterThan(0);
});

test('places lead to municipality, operator and grid area; grid fees belong to an area and a year', async () => {
  const enet = await start();
  expect((await enet.get('/v1/places?postalCode=24103&city=Kiel')).body.places).toEqual([
    {
      postalCode: '24103',
      city: 'Kiel',
      district: 'Altstadt',
      ags: '01002000',
      dsoCode: '9999000100012',
      dsoName: 'Fördenetz GmbH',
      gridArea: NORD,
    },
  ]);
  expect((await enet.get('/v1/places?postalCode=97941')).body.places).toHaveLength(2);
  expect((await enet.get('/v1/places?postalCode=00000')).body.places).toEqual([]);
  const fees = await enet.get(`/v1/grid-fees?gridArea=${NORD}&year=2026`);
  expect(fees.body).toMatchObject({
    kind: 'GRID_FEES',
    year: 2026,
    version: 1,
    energyCentPerKwh: expect.stringMatching(/^\d+\.\d\d$/),
  });
  expect((await enet.get(`/v1/grid-fees?gridArea=${NORD}&year=2028`)).status).toBe(404);
});

test('the same seed gives the same world, another seed another one', async () => {
  const [one, two, other] = [await start(), await start(), await start({ seed: 'other' })];
  const paths = [
    forecastPath('2026-11-25'),
    '/v1/prices/day-ahead?deliveryDay=2026-11-24',
    '/v1/curves/hpfc?from=2026-12-01&until=2027-12-01',
  ];
  for (const path of paths) {
    expect((await one.get(path)).body).toEqual((await two.get(path)).body);
    expect((await one.get(path)).body).not.toEqual((await other.get(path)).body);
  }
});

test('imbalance prices are estimated a day later and final on the 20th working day of the next month', async () => {
  const enet = await start({ now: '2026-11-24T09:30:00Z' });
  const path = '/v1/prices/imbalance?deliveryDay=';
  const estimate = (await enet.get(`${path}2026-10-25`)).body;
  expect(estimate).toMatchObject({ kind: 'IMBALANCE_PRICES', version: 1, status: 'PROVISIONAL', unit: 'EUR/MWh', publishedAt: '2026-10-26T09:00:00.000Z' });
  expect(estimate.prices).toHaveLength(100);
  expect((await enet.get(`${path}2026-11-24`)).body).toMatchObject({ status: 404, expectedAt: '2026-11-25T09:00:00.000Z' });
  await enet.put('/_control', { now: '2026-11-30T13:00:00Z', running: false });
  const final = (await enet.get(`${path}2026-10-25`)).body;
  expect(final).toMatchObject({ version: 2, status: 'FINAL', publishedAt: '2026-11-30T13:00:00.000Z' });
  expect(final.prices).not.toEqual(estimate.prices);
  const { publications } = (await enet.get(`/v1/publications?after=1795950000000000&kind=IMBALANCE_PRICES&limit=1000`)).body as { publications: { n: number; publishedAt: string; deliveryDay: string }[] };
  const together = publications.filter(({ publishedAt }) => publishedAt === '2026-11-30T13:00:00.000Z');
  expect(together.map(({ deliveryDay }) => deliveryDay)).toEqual(Array.from({ length: 31 }, (_, index) => `2026-10-${String(index + 1).padStart(2, '0')}`));
  expect(new Set(publications.map(({ n }) => n)).size).toBe(publications.length);
  await enet.post('/_publish', { kind: 'IMBALANCE_PRICES', deliveryDays: ['2026-10-25'], factor: 2, final: true });
  expect((await enet.get(`${path}2026-10-25`)).body).toMatchObject({ version: 3, status: 'FINAL' });
});

test('where the next month has fewer working days than twenty, the prices are final in the one after it', async () => {
  const enet = await start({ now: '2026-06-02T11:30:00Z' });
  const aDay = '/v1/prices/imbalance?deliveryDay=2026-04-25';
  expect((await enet.get(aDay)).body).toMatchObject({ version: 1, status: 'PROVISIONAL' });
  await enet.put('/_control', { now: '2026-06-02T13:00:00Z', running: false });
  expect((await enet.get(aDay)).body).toMatchObject({ version: 2, status: 'FINAL', publishedAt: '2026-06-02T12:00:00.000Z' });
  await enet.put('/_control', { now: '2026-06-30T13:00:00Z', running: false });
  expect((await enet.get('/v1/prices/imbalance?deliveryDay=2026-05-31')).body).toMatchObject({ version: 2, status: 'FINAL' });
});

test('the price of over- and under-quantities of a month is published on the 8th working day of the next, corrections are versions', async () => {
  const enet = await start({ now: '2026-11-11T08:59:00Z' });
  const path = '/v1/prices/quantities?month=2026-10-01';
  expect((await enet.get(path)).body).toMatchObject({ status: 404, expectedAt: '2026-11-11T09:00:00.000Z' });
  await enet.put('/_control', { now: '2026-11-11T09:00:00Z', running: false });
  const { body } = await enet.get(path);
  expect(body).toMatchObject({ kind: 'QUANTITY_PRICES', month: '2026-10-01', version: 1, unit: 'EUR/MWh', price: expect.stringMatching(/^\d{2,3}\.\d{2}$/) });
  expect((await enet.get('/v1/publications?after=0&kind=QUANTITY_PRICES')).body).toMatchObject({ publications: [{ month: '2026-10-01', href: `${path}&version=1` }] });
  await enet.post('/_publish', { kind: 'QUANTITY_PRICES', factor: 2 });
  expect((await enet.get(path)).body).toMatchObject({ version: 2, price: (Number((body as { price: string }).price) * 2).toFixed(2) });
  expect((await enet.get('/v1/prices/quantities?month=2026-10-02')).status).toBe(400);
});
