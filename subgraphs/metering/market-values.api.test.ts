// Documents of metering operators with measured values: heard once, handed to the meters of their location, refused row by row.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MarketValuesReceived } from '@stromgraph/events/market';
import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { startOfDay } from '@stromgraph/kernel/time';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { COUNTER, type Desk, openDesk, PROFILE, whole } from '../../tests/build/metering-desk.ts';
import { tell } from '../../tests/facts.ts';
import { handlers } from './handlers/index.ts';

let desk: Desk;
beforeAll(async () => void (desk = await openDesk('2026-11-24T09:00:00Z')));
afterAll(() => desk.drop());

const OPERATOR = '9999000200010';
const meaning = { meterNumber: null, status: 'TRUE' as const, reason: null, method: null };
const profile = (day: string, wattHours: (number | null)[], change: object = {}) => ({ ...meaning, obis: PROFILE, start: startOfDay(day).toISOString(), minutes: 15, wattHours, ...change });
const counter = (day: string, wattHours: number, change: object = {}) => ({ ...meaning, obis: COUNTER, readAt: startOfDay(day).toISOString(), wattHours: String(wattHours), ...change });
async function deliver({ maloId }: Pick<Confirmed, 'maloId'>, values: { intervals?: object[]; registers?: object[] }): Promise<void> {
  const data = { inboundId: `in_${newId()}`, senderCode: OPERATOR, documentNumber: newId(), maloId, intervals: [], registers: [], ...values } as Parameters<typeof tell<ReturnType<typeof MarketValuesReceived.schema.parse>>>[2]['data'];
  await tell(desk.database.owner, MarketValuesReceived, { aggregateType: 'market-location', aggregateId: maloId, data });
  await applyEvents(desk.runtime, handlers);
}
const rows = async (sql: string, values: unknown[] = []) => (await desk.database.owner.query(sql, values)).rows;
const batch = async () => (await rows(`SELECT id, source, actor, state, accepted, unchanged, rejected FROM metering.batch WHERE source = 'MARKET' ORDER BY id DESC LIMIT 1`))[0];
const rejections = async () => rows('SELECT row_number AS row, path, rule, reason FROM metering.rejection WHERE batch_id = $1 ORDER BY 1', [(await batch()).id]);
const stored = async ({ meterNumber }: Pick<Confirmed, 'meterNumber'>) =>
  Number((await rows('SELECT (SELECT count(*) FROM metering.interval i WHERE i.register_id = ANY (r.ids)) + (SELECT count(*) FROM metering.reading v WHERE v.register_id = ANY (r.ids)) AS n FROM (SELECT array_agg(r.id) AS ids FROM metering.meter_register r JOIN metering.meter m ON m.id = r.meter_id WHERE m.meter_number = $1) r', [meterNumber.toUpperCase()]))[0].n);

test('a load profile and a reading of a location go to its meter, are stored once and told', async () => {
  const contract = await desk.confirm();
  const values = { intervals: [profile('2026-10-25', whole('2026-10-25', 110)), profile('2026-11-01', [100, null, 120], { status: 'PROVISIONAL' })], registers: [counter('2026-11-01', 5_000_000)] };
  await deliver(contract, values);
  expect(await batch()).toMatchObject({ source: 'MARKET', actor: `metering operator ${OPERATOR}`, state: 'COMPLETE', accepted: 100 + 2 + 1, unchanged: 0, rejected: 0 });
  expect(await stored(contract)).toBe(103);
  const [event] = await desk.published(contract);
  expect(event).toMatchObject({ type: MeterReadingIngested.name, payload: { days: [{ day: '2026-10-25', wattHours: { length: 100 } }, { day: '2026-11-01', wattHours: { 0: 100, 1: null, 2: 120 }, statuses: { 0: 'PROVISIONAL' } }], registers: [{ wattHours: '5000000', quality: 'MEASURED' }] } });
  await deliver(contract, values); // the operator sends it again
  expect(await batch()).toMatchObject({ accepted: 0, unchanged: 103, rejected: 0 });
  expect(await desk.published(contract)).toHaveLength(1);
});

test('the matrix of replacements holds for the market too, with the codes of the document as reason and method', async () => {
  const contract = await desk.confirm();
  await deliver(contract, { intervals: [profile('2026-11-02', [100, 100], { status: 'PROVISIONAL' })] });
  await deliver(contract, { intervals: [profile('2026-11-02', [90], { status: 'SUBSTITUTE' })] });
  expect(await rejections()).toMatchObject([{ row: 1, path: 'intervals.0.wattHours.0', rule: null, reason: expect.stringContaining('needs a reason and the method') }]);
  await deliver(contract, { intervals: [profile('2026-11-02', [90], { status: 'SUBSTITUTE', reason: 'Z75', method: 'Z92' })] });
  await deliver(contract, { intervals: [profile('2026-11-02', [95])] });
  expect((await desk.published(contract)).map(({ type, payload }) => [type, payload.days[0].wattHours[0], payload.days[0].statuses[0], payload.cause])).toEqual([
    [MeterReadingIngested.name, 100, 'PROVISIONAL', undefined], [ReadingCorrected.name, 90, 'SUBSTITUTE', 'Z75'], [ReadingCorrected.name, 95, 'TRUE', 'SUBSTITUTE became TRUE'],
  ]);
});

test('what a location measured goes to the meter that hung there then; the quarter hour of an exchange to the new one', async () => {
  const contract = await desk.confirm();
  const { registerMeter } = await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id meterNumber } } } }', { input: { meterNumber: '1NEXT00001', kind: 'SMART', registers: [{ obis: PROFILE }, { obis: COUNTER }] } });
  await desk.query('mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename } }', { input: { oldMeterId: await desk.meterIdOf(contract), newMeterId: registerMeter.meter.id, finalWattHours: 1, startWattHours: 0, at: '2026-11-02T00:20:00+01:00' } });
  await deliver(contract, { intervals: [profile('2026-11-02', [1, 2, 3, 4])], registers: [counter('2026-11-03', 7_000), { ...counter('2026-11-02', 5), readAt: '2026-11-01T23:20:00.000Z' }] });
  expect(await batch()).toMatchObject({ accepted: 5, rejected: 1 });
  expect(await rejections()).toMatchObject([{ row: 6, path: 'registers.1', rule: 'R14', reason: expect.stringMatching(/several meters .* has to name one/) }]);
  expect([await stored(contract), await stored({ meterNumber: '1NEXT00001' })]).toEqual([1 + 1, 3 + 1 + 1]); // with the readings of the exchange
});

test('a document that names a meter of another place, or an unknown location, stores nothing', async () => {
  const [contract, other] = [await desk.confirm(), await desk.confirm()];
  await deliver(contract, { intervals: [profile('2026-11-02', [1, 2], { meterNumber: other.meterNumber.toUpperCase() })], registers: [counter('2026-11-02', 5, { meterNumber: other.meterNumber.toUpperCase() })] });
  expect(await batch()).toMatchObject({ state: 'COMPLETE', accepted: 0, rejected: 3 });
  for (const { rule, reason } of await rejections()) expect([rule, reason]).toEqual(['R14', expect.stringMatching(new RegExp(`^meter ${other.meterNumber.toUpperCase()} did not measure .* at the market location ${contract.maloId} then$`))]);
  await deliver({ maloId: '51238696781' }, { intervals: [profile('2026-11-02', [1])] });
  expect(await rejections()).toMatchObject([{ reason: 'no meter measured 1-0:1.29.0 at the market location 51238696781 then' }]);
  expect([await stored(contract), await stored(other)]).toEqual([0, 0]);
});
