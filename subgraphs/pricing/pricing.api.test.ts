import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transact } from '@stromgraph/kernel/database';
import { runDue, schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { backgroundContext } from '@stromgraph/kernel/runtime';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { PrismaClient } from '@stromgraph/prisma-pricing/client';
import { actorWith, ask, sendSigned } from '../../tests/ask.ts';
import { aCampaign, aPlaceLine, aPriceLine, aTariff, LEIPZIG } from '../../tests/build/price-list.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { importCampaign } from './actions/import-campaign.ts';
import { importLevies, importPlaces } from './actions/import-places.ts';
import { DISCARD_CAMPAIGN } from './campaigns/due-kinds.ts';
import type { DomainContext } from './context.ts';
import { importFiles } from './import-files.ts';
import { dueHandlers } from './jobs/due.ts';
import { makeLoaders } from './loaders.ts';
import { rowsOfCsv } from './price-files.ts';
import type { PricingRuntime } from './runtime.ts';
import { startServer } from './server.ts';

const engine = actorWith('pricing:read', 'pricing:write');
const channelKey = (channel: string) => ({ ...actorWith('pricing:read'), kind: 'channel' as const, channel });
const tauber = aPlaceLine({ postalCode: '97941', city: 'Tauberbischofsheim', district: null, ags: '08128115', gridOperatorCode: '9999000100054', gridAreaCode: '11YSTROM-SUWESTL' });

let database: TestDatabase;
let runtime: PricingRuntime;
let ctx: DomainContext;
let pricing: Subgraph;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-24T09:00:00Z');
  runtime = await database.runtime('pricing', PrismaClient);
  ctx = backgroundContext(runtime, runtime.tenants.get('demo')!, makeLoaders, { correlationId: 'test' });
  pricing = await startServer(runtime);
  expect(await importPlaces(ctx, [aPlaceLine(), aPlaceLine(LEIPZIG), tauber, { ...tauber, district: 'Impfingen', ags: '08128999' }])).toEqual({ count: 4 });
  expect(await importLevies(ctx, [{ name: 'KWKG', year: 2026, consumerGroup: 'A', ctPerKwh: '0.446', source: 'netztransparenz.de' }])).toEqual({ count: 1 });
});
afterAll(async () => {
  await pricing.stop();
  await database.drop();
});

const DEFINE = `mutation ($input: DefineTariffInput!) { defineTariff(input: $input) { __typename
  ... on DefineTariffSuccess { tariff { id name kind rate { kind windows { name days from until adjustmentCtPerKwh } tiers { upToWattHours adjustmentCtPerKwh } } fixedBonus { cents } passedThrough } }
  ... on TariffNameTaken { name } ... on InputInvalid { faults { path fault allowed } } } }`;
const define = async (change: object = {}) => (await ask(pricing.url, engine, DEFINE, { input: aTariff({ name: `Tariff ${newId()}`, ...change }) })).data.defineTariff;

async function post(lines: readonly unknown[], actor = engine) {
  const response = await sendSigned(pricing.url.replace('/graphql', '/internal/pricing-results'), 'POST', lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'), {
    actor, headers: { 'content-type': 'application/x-ndjson' }, streamed: true,
  });
  return { status: response.status, body: (await response.json()) as any };
}
const campaigns = async () => (await database.owner.query('SELECT (SELECT count(*) FROM pricing.campaign)::int AS campaigns, (SELECT count(*) FROM pricing.campaign_price_fix12)::int AS prices')).rows[0];
const told = async (type: string) => (await database.owner.query<{ payload: any }>('SELECT payload FROM pricing.outbox WHERE type = $1 ORDER BY position', [type])).rows.map((row) => row.payload);

test.each([
  [{ kind: 'FLAT' }, 'FIX12'],
  [{ kind: 'SPOT' }, 'DYNAMIC'],
  [{ kind: 'TIME_OF_USE', windows: [{ name: 'night', days: ['MONDAY', 'HOLIDAY'], from: '22:00', until: '24:00', adjustmentCtPerKwh: '-2.5' }] }, 'FIX12'],
  [{ kind: 'BLOCK', tiers: [{ upToWattHours: 1_000_000, adjustmentCtPerKwh: '0' }, { upToWattHours: null, adjustmentCtPerKwh: '-1' }] }, 'FIX12'],
])('a tariff is defined with the rate %j', async (rate, kind) => {
  const { __typename, tariff } = await define({ rate, kind });
  expect(__typename).toBe('DefineTariffSuccess');
  expect(tariff.rate).toMatchObject(rate);
  expect((await told('pricing.TariffDefined')).at(-1)).toMatchObject({ tariffId: tariff.id, rate: { kind: rate.kind } });
});

test.each([
  [{ minimumDurationMonths: 25 }, 'minimumDurationMonths', 'at most 24'],
  [{ billingFrequencyMonths: 2 }, 'billingFrequencyMonths', '1, 3, 12'],
  [{ graceDays: -1 }, 'graceDays', 'at least 0'],
  [{ maximumMarginCtPerKwh: '0.5' }, 'maximumMarginCtPerKwh', null],
  [{ consumptionUntilWattHours: 0 }, 'consumptionUntilWattHours', null],
  [{ validUntil: '2026-01-01' }, 'validUntil', null],
  [{ name: ' ' }, 'name', 'at least 1'],
  [{ rate: { kind: 'FLAT', tiers: [] } }, 'rate', null],
  [{ rate: { kind: 'SPOT' } }, 'rate.kind', null],
  [{ kind: 'DYNAMIC' }, 'rate.kind', null],
  [{ rate: { kind: 'BLOCK', tiers: [{ upToWattHours: 5, adjustmentCtPerKwh: '0' }] } }, 'rate.tiers.0.upToWattHours', null],
])('a tariff with %j is refused at %s', async (change, path, allowed) => {
  const refused = await define(change);
  expect(refused.__typename).toBe('InputInvalid');
  expect(refused.faults).toContainEqual({ path, fault: expect.any(String), allowed });
});

test('two tariffs of one name never hold on one day', async () => {
  expect((await define({ name: 'Twice', validUntil: '2026-12-01' })).__typename).toBe('DefineTariffSuccess');
  expect(await define({ name: 'Twice', validFrom: '2026-11-30' })).toEqual({ __typename: 'TariffNameTaken', name: 'Twice' });
  expect((await define({ name: 'Twice', validFrom: '2026-12-01' })).__typename).toBe('DefineTariffSuccess');
});

test('a campaign is loaded, published in one fact, and its prices are told in chunks', async () => {
  const { tariff } = await define();
  const header = aCampaign(tariff.id, { campaignId: newId() });
  // One place, many days: more rows than fit one event.
  const rows = Array.from({ length: 1_201 }, (_, index) => aPriceLine({ startsOn: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10) }));
  const { status, body } = await post([header, ...rows]);
  expect([status, body]).toEqual([201, { campaignId: header.campaignId, publishedAt: '2026-11-24T09:00:00.000Z', priceCount: 1_201, replayed: false }]);
  expect((await told('pricing.PriceVersionPublished')).at(-1)).toEqual({ campaignId: header.campaignId, tariffId: tariff.id, channel: 'WEB', validFrom: '2026-01-01', validUntil: null, priceCount: 1_201 });
  await runDue(ctx.db, dueHandlers, runtime);
  const chunks = (await told('pricing.CampaignPricesPublished')).filter(({ campaignId }) => campaignId === header.campaignId);
  expect(chunks.map(({ prices }) => prices.length)).toEqual([500, 500, 201]);
  expect(chunks[0].prices[0]).toEqual({
    postalCode: '24103', city: 'Kiel', district: 'Altstadt', startsOn: '2026-01-01', workingPriceCtPerKwh: '27.086', fixFeeCentsPerMonth: '1190', variableBonusCtPerKwh: '0', fixedBonusCents: '5000',
    gridWorkingCtPerKwh: '8.5', gridFixCentsPerMonth: '700',
  });
  expect((await post([header, ...rows])).body).toMatchObject({ replayed: true, priceCount: 1_201 });
  expect(await post([{ ...header, inputHash: 'f'.repeat(64) }, ...rows])).toMatchObject({ status: 409, body: { problem: 'CampaignAlreadyPublished' } });
});

test.each([
  [{ validUntil: '2026-12-02' }, ['validUntil', 'at most 2026-12-01']],
  [{ validFrom: '2026-12-01' }, ['validFrom', 'before 2026-12-01']],
])('a campaign with %j outlasts a tariff that ends on 2026-12-01, and is refused; one without an end does not', async (change, [path, allowed]) => {
  const { tariff } = await define({ name: `Ends ${newId()}`, validUntil: '2026-12-01' });
  const before = await campaigns();
  expect(await post([aCampaign(tariff.id, change), aPriceLine()])).toMatchObject({ status: 400, body: { faults: [{ path, allowed }] } });
  expect(await campaigns()).toEqual(before);
  expect((await post([aCampaign(tariff.id, { validUntil: '2026-12-01' }), aPriceLine()])).status).toBe(201);
  expect((await post([aCampaign(tariff.id), aPriceLine()])).status).toBe(201);
});

test('one wrong row refuses the whole payload; the answer names each row and its allowed range; nothing stays', async () => {
  const { tariff } = await define();
  const before = await campaigns();
  const { status, body } = await post([
    aCampaign(tariff.id),
    aPriceLine(),
    aPriceLine({ startsOn: '2026-02-01', workingPriceCtPerKwh: '28.587' }),
    aPriceLine({ postalCode: '99999' }),
    aPriceLine({ startsOn: '2025-12-31' }),
    aPriceLine({ fixFeeCentsPerMonth: '11,90' }),
    'no json',
  ]);
  expect(status).toBe(400);
  expect(body.faults).toEqual([
    { path: 'rows.2.workingPriceCtPerKwh', fault: '28.587 ct/kWh leaves the margin corridor', allowed: '26.586 to 28.586 ct/kWh' },
    expect.objectContaining({ path: 'rows.5.fixFeeCentsPerMonth' }),
    expect.objectContaining({ path: 'rows.6' }),
    { path: 'rows.3.postalCode', fault: '99999 Kiel Altstadt is not a known place', allowed: 'postal code, city and district of a known place' },
    { path: 'rows.4.startsOn', fault: '24103 Kiel Altstadt has no grid fee on 2025-12-31', allowed: 'a day on which the place has a grid fee' },
  ]);
  expect(await campaigns()).toEqual(before);
  const again = await post([aCampaign(tariff.id), aPriceLine(), aPriceLine()]);
  expect(again.body.faults).toEqual([{ path: 'rows.2', fault: 'repeats the price of 24103 Kiel Altstadt from 2026-01-01', allowed: 'one row per place and day' }]);
  expect(await campaigns()).toEqual(before);
});

test('what follows a broken chunk is refused with it, however long the payload', async () => {
  const { tariff } = await define();
  const before = await campaigns();
  const rows = Array.from({ length: 4_500 }, (_, index) => aPriceLine({ startsOn: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10), workingPriceCtPerKwh: index > 4_300 ? '1' : '27.086' }));
  const { body } = await post([aCampaign(tariff.id), ...rows]);
  expect(body.faults).toHaveLength(101);
  expect(body.faults.at(-1)).toEqual({ path: 'rows', fault: '99 more faults', allowed: null });
  expect(await campaigns()).toEqual(before);
});

test.each([
  ['nothing at all', [], 400, 'InputInvalid'],
  ['no rows', [aCampaign('')], 400, 'InputInvalid'],
  ['a header that is a row', [aPriceLine()], 400, 'InputInvalid'],
  ['an unknown tariff', [aCampaign('01990000-0000-7000-8000-00000000dead'), aPriceLine()], 422, 'TariffNotFound'],
  ['an unknown channel', [aCampaign('', { channel: 'FAX' }), aPriceLine()], 422, 'ChannelNotFound'],
])('%s: one clear answer', async (_, lines: any[], status, problem) => {
  const { tariff } = await define();
  const [first, ...rows] = lines;
  const before = await campaigns();
  expect(await post([...(first ? [{ ...first, ...(first.tariffId === '' ? { tariffId: tariff.id } : {}) }] : []), ...rows])).toMatchObject({ status, body: { problem } });
  expect(await campaigns()).toEqual(before);
});

test('a stream that is cut off leaves nothing', async () => {
  const { tariff } = await define();
  const before = await campaigns();
  async function* cutOff() {
    for (let day = 0; day < 2_500; day += 1) yield aPriceLine({ startsOn: new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10) });
    throw new Error('aborted');
  }
  await expect(importCampaign(ctx, aCampaign(tariff.id), cutOff())).rejects.toThrow('aborted');
  expect(await campaigns()).toEqual(before);
});

test('a campaign comes from a CSV file too', async () => {
  const { tariff } = await define({ id: newId() });
  const columns = Object.entries(aPriceLine());
  const csv = `\uFEFF${columns.map(([name]) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).join(',')}\r\n${columns.map(([, value]) => value).join(',')}\r\n`;
  const outcome = await importCampaign(ctx, aCampaign(tariff.id), rowsOfCsv(Readable.from([csv])));
  expect(outcome).toMatchObject({ campaign: { priceCount: 1 }, replayed: false });
});

test('a catalogue of files brings places, tariff and campaign; a second run changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
  const [id, campaignId] = [newId(), newId()];
  const csv = (row: object) => `${Object.keys(row).map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).join(',')}\n${Object.values(row).map((value) => value ?? '').join(',')}\n`;
  await writeFile(join(folder, 'places.csv'), csv(aPlaceLine({ postalCode: '24105', district: null })));
  await writeFile(join(folder, 'prices.csv'), csv(aPriceLine({ postalCode: '24105', district: null })));
  const tariff = aTariff({ id, name: 'From a file' });
  await writeFile(join(folder, 'catalogue.json'), JSON.stringify({ places: 'places.csv', levies: [], tariffs: [tariff], campaigns: [{ ...aCampaign(id, { campaignId }), prices: 'prices.csv' }] }));
  const told = await importFiles(ctx, join(folder, 'catalogue.json'));
  expect(told).toEqual(['1 places', '0 levies', 'tariff From a file', `campaign ${campaignId}: 1 prices`]);
  expect(await importFiles(ctx, join(folder, 'catalogue.json'))).toEqual(['1 places', '0 levies', 'tariff From a file (known)', `campaign ${campaignId}: 1 prices (known)`]);
  await rm(folder, { recursive: true });
});

test('a payload without the scope is refused', async () => {
  expect((await post([], actorWith('pricing:read'))).status).toBe(403);
});

test('what a crash left of an import is taken back when due', async () => {
  const { tariff } = await define();
  const id = newId();
  await database.owner.query(`INSERT INTO pricing.campaign (id, tariff_id, rate_version, channel, valid_from, created_at, engine_version, input_hash) VALUES ($1, $2, 1, 'WEB', '2026-01-01', now(), 'file', $3)`, [id, tariff.id, '0'.repeat(64)]);
  await transact(ctx.db, (tx) => schedule(tx, { kind: DISCARD_CAMPAIGN, subject: id, dueAt: new Date('2026-11-24T08:00:00Z') }));
  await runDue(ctx.db, dueHandlers, runtime);
  expect((await database.owner.query('SELECT FROM pricing.campaign WHERE id = $1', [id])).rowCount).toBe(0);
});

const QUOTE = `query ($input: QuoteInput!) { quote(input: $input) { __typename
  ... on QuoteSuccess { place { district gridAreaCode } offers { grossWorkingPriceCtPerKwh year { net { cents } vat { cents } gross { cents } bonus { cents } } price { startsOn workingPriceCtPerKwh costs { margin } campaign { id } tariff { id } } } }
  ... on PlaceNotFound { districts } ... on TariffNotFound { tariffId } ... on NoPriceOffered { message } ... on InputInvalid { faults { path allowed } } } }`;
const quote = async (change: object, actor = engine) => ask(pricing.url, actor, QUOTE, { input: { channel: 'CALL_CENTRE', postalCode: '24103', city: 'Kiel', wattHoursPerYear: 3_500_000, ...change } });

test('a quote is the newest price for place, day and consumption', async () => {
  const { tariff } = await define({ name: 'Quoted', consumptionUntilWattHours: 10_000_000 });
  await post([aCampaign(tariff.id, { channel: 'CALL_CENTRE' }), aPriceLine({ workingPriceCtPerKwh: '28' })]);
  await database.setClock('2026-11-24T10:00:00Z');
  const { body } = await post([aCampaign(tariff.id, { channel: 'CALL_CENTRE', validUntil: '2027-01-01' }), aPriceLine(), aPriceLine({ startsOn: '2026-12-15', workingPriceCtPerKwh: '26.9' }), aPriceLine({ ...LEIPZIG, ags: undefined, gridOperatorCode: undefined, gridOperatorName: undefined, gridAreaCode: undefined, workingPriceCtPerKwh: '27' })]);
  const { data } = await quote({});
  expect(data.quote).toEqual({
    __typename: 'QuoteSuccess',
    place: { district: 'Altstadt', gridAreaCode: '11YSTROM-NORD--9' },
    offers: [{
      grossWorkingPriceCtPerKwh: '32.23',
      year: { net: { cents: 109_081 }, vat: { cents: 20_725 }, gross: { cents: 129_806 }, bonus: { cents: 5_000 } },
      price: { startsOn: '2026-01-01', workingPriceCtPerKwh: '27.086', costs: { margin: '1.5' }, campaign: { id: body.campaignId }, tariff: { id: tariff.id } },
    }],
  });
  const later = await quote({ startOn: '2026-12-20', tariffId: tariff.id });
  expect(later.data.quote.offers[0].price).toMatchObject({ startsOn: '2026-12-15', workingPriceCtPerKwh: '26.9' });
  expect((await quote({ wattHoursPerYear: 10_000_000 })).data.quote.__typename).toBe('NoPriceOffered');
  expect((await quote({ channel: 'PARTNER' })).data.quote.__typename).toBe('NoPriceOffered');
  expect((await quote({ city: 'Lübeck' })).data.quote).toEqual({ __typename: 'PlaceNotFound', districts: [] });
  expect((await quote({ tariffId: newId() })).data.quote.__typename).toBe('TariffNotFound');
  expect((await quote({ postalCode: '2410', wattHoursPerYear: -1 })).data.quote).toMatchObject({ faults: [{ path: 'postalCode' }, { path: 'wattHoursPerYear', allowed: 'at least 0' }] });
});

test('a channel sees its own prices only, by GraphQL and by its key over REST', async () => {
  const prices = (channel: string, query = '', actor: any = engine) => sendSigned(pricing.url.replace('/graphql', `/channels/${channel}/prices${query}`), 'GET', undefined, { actor });
  const own = await (await prices('CALL_CENTRE', '?postalCode=04109', channelKey('CALL_CENTRE'))).json() as any;
  expect(own.prices).toMatchObject([{ postalCode: '04109', city: 'Leipzig', district: 'Zentrum', workingPriceCtPerKwh: '27', fixedBonusCents: 5_000, costs: { margin: '1.414' } }]);
  expect(own.next).toBeNull();
  expect((await prices('CALL_CENTRE', '', channelKey('WEB'))).status).toBe(403);
  expect((await prices('CALL_CENTRE', '', null)).status).toBe(401);
  expect((await prices('CALL_CENTRE', '', actorWith('customers:read'))).status).toBe(403);
  expect((await prices('CALL_CENTRE', '?on=yesterday')).status).toBe(400);
  expect((await prices('CALL_CENTRE', '?first=0')).status).toBe(400);
  expect((await quote({}, channelKey('WEB'))).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await quote({}, channelKey('CALL_CENTRE'))).data.quote.__typename).toBe('QuoteSuccess');
});

test('price lists are read page by page', async () => {
  const LIST = `query ($channel: String!, $after: String, $on: LocalDate) { priceList(channel: $channel, first: 2, after: $after, on: $on) { nodes { startsOn place { city } } pageInfo { hasNextPage endCursor } } }`;
  const first = (await ask(pricing.url, engine, LIST, { channel: 'CALL_CENTRE' })).data.priceList;
  expect(first).toMatchObject({ nodes: [{ startsOn: '2026-01-01', place: { city: 'Kiel' } }, { startsOn: '2026-12-15' }], pageInfo: { hasNextPage: true } });
  const second = (await ask(pricing.url, engine, LIST, { channel: 'CALL_CENTRE', after: first.pageInfo.endCursor })).data.priceList;
  expect(second).toMatchObject({ nodes: [{ place: { city: 'Leipzig' } }], pageInfo: { hasNextPage: false } });
  // After the newer campaign's end the older one, which has none, is on offer again.
  expect((await ask(pricing.url, engine, LIST, { channel: 'CALL_CENTRE', on: '2027-01-01' })).data.priceList.nodes).toHaveLength(1);
  expect((await ask(pricing.url, engine, LIST, { channel: 'CALL_CENTRE', after: 'nonsense' })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('tariffs are listed and resolve by reference', async () => {
  const { data } = await ask(pricing.url, engine, '{ tariffs(first: 1, kind: DYNAMIC) { nodes { id kind rate { kind } } pageInfo { hasNextPage } } }');
  expect(data.tariffs.nodes).toMatchObject([{ kind: 'DYNAMIC', rate: { kind: 'SPOT' } }]);
  const ENTITIES = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Tariff { id } ... on Campaign { id } } }';
  const representations = [{ __typename: 'Tariff', id: data.tariffs.nodes[0].id }, { __typename: 'Tariff', id: newId() }];
  expect((await ask(pricing.url, engine, ENTITIES, { r: representations })).data._entities).toEqual([{ id: data.tariffs.nodes[0].id }, null]);
  expect((await ask(pricing.url, actorWith('customers:read'), ENTITIES, { r: representations })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test.each([
  [{ gridOperatorCode: '9999000100013' }, 'rows.1.gridOperatorCode'],
  [{ gridAreaCode: '11XSWKIEL------G' }, 'rows.1.gridAreaCode'],
  [{ concessionCtPerKwh: '2.40' }, 'rows.1.concessionCtPerKwh'],
  [{ validUntil: '2026-01-01' }, 'rows.1.validUntil'],
  [{ gridWorkingCtPerKwh: '8.6' }, 'rows.1.gridWorkingCtPerKwh'],
])('a place with %j is refused at %s', async (change, path) => {
  const refused = await importPlaces(ctx, [aPlaceLine(change)]);
  expect(isProblem(refused) && refused.faults.map((fault) => fault.path)).toEqual([path]);
});
