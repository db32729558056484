// Usage as somebody asks for it: ours or the market's, by every resolution, now or as of another time, and why values are missing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { newId } from '@stromgraph/kernel/ids';
import { actorWith, ask } from '../../tests/ask.ts';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { aMaloId } from '../../tests/build/contract-import.ts';
import { agent, COUNTER, type Desk, openDesk, PROFILE, series, whole } from '../../tests/build/metering-desk.ts';

let desk: Desk;
beforeAll(async () => void (desk = await openDesk('2026-11-24T09:00:00Z')));
afterAll(() => desk.drop());

const DOCUMENT = `query ($contractId: ID, $meterId: ID, $from: LocalDate!, $until: LocalDate!, $resolution: UsageResolution!, $obis: String! = "1-0:1.29.0", $values: UsageValues! = WORKING, $asOf: DateTime) {
  usage(contractId: $contractId, meterId: $meterId, from: $from, until: $until, resolution: $resolution, obis: $obis, values: $values, asOf: $asOf) {
    starts wattHours statuses totalWattHours complete source estimates { from until method reason explanation } substitutes { from until reason method } missing { from until reason text } } }`;
const usage = async (of: object, from: string, until: string, change: object = {}) => (await desk.query(DOCUMENT, { ...of, from, until, resolution: 'DAY', ...change })).usage;
const sum = (values: (number | null)[]) => values.reduce<number>((a, b) => a + (b ?? 0), 0);
/** The same total by every resolution, of the contract and of its meter. */
async function totals(contract: Confirmed, from: string, until: string, change: object = {}): Promise<number[]> {
  const found: number[] = [];
  for (const of of [{ contractId: contract.contractId }, { meterId: await desk.meterIdOf(contract) }])
    for (const resolution of ['QUARTER_HOUR', 'DAY', 'MONTH', 'YEAR']) {
      const { totalWattHours, wattHours } = await usage(of, from, until, { resolution, ...change });
      expect(sum(wattHours)).toBe(totalWattHours);
      found.push(totalWattHours);
    }
  return [...new Set(found)];
}

test('finer sums are the coarser ones, on days of 92, 96 and 100 quarter hours, ours and the market\'s, now and as of before', async () => {
  const contract = await desk.confirm();
  const [spring, autumn] = ['2026-03-29', '2026-10-25'];
  const gap = (nth: number) => (nth >= 5 && nth < 14 ? null : 100 + nth);
  await desk.ingest({ intervals: [spring, autumn, '2026-10-27'].flatMap((day) => [series(contract, addDays(day, -7), whole(addDays(day, -7), (nth) => nth * 3)), series(contract, day, whole(day, gap))]) });
  const market = [...(await totals(contract, '2026-01-01', '2026-11-01'))];
  expect(market).toHaveLength(1);
  await desk.database.setClock('2026-11-26T10:00:00Z');
  await desk.doWhatIsDue();
  const [ours, ...others] = await totals(contract, '2026-01-01', '2026-11-01');
  expect(others).toEqual([]);
  expect(ours).toBeGreaterThan(market[0]!);
  expect(await totals(contract, '2026-01-01', '2026-11-01', { values: 'MARKET' })).toEqual(market);
  expect(await totals(contract, '2026-01-01', '2026-11-01', { asOf: '2026-11-25T09:00:00Z' })).toEqual(market);
  expect(await totals(contract, '2026-01-01', '2026-11-01', { asOf: '2026-11-26T10:00:00Z' })).toEqual([ours]);
  expect(await totals(contract, '2026-01-01', '2026-11-01', { asOf: '2026-11-23T09:00:00Z' })).toEqual([0]);

  // The real values come: they count at once, and what was believed before is still to be had.
  await desk.database.setClock('2026-11-28T10:00:00Z');
  await desk.ingest({ intervals: [series(contract, autumn, Array(9).fill(1_000), { start: quarterHoursOf(autumn)[5]!.toISOString() })] });
  const [now, ...more] = await totals(contract, '2026-01-01', '2026-11-01');
  expect(more).toEqual([]);
  expect(now).not.toBe(ours);
  expect(await totals(contract, '2026-01-01', '2026-11-01', { asOf: '2026-11-27T10:00:00Z' })).toEqual([ours]);
  expect(await totals(contract, '2026-01-01', '2026-11-01', { asOf: '2026-11-28T10:00:00Z' })).toEqual([now]);

  const quarters = await usage({ contractId: contract.contractId }, '2026-10-27', '2026-10-28', { resolution: 'QUARTER_HOUR' });
  expect(quarters).toMatchObject({ complete: true, missing: [], source: 'INTERVALS', statuses: { 4: 'TRUE', 5: 'SUBSTITUTE', 13: 'SUBSTITUTE', 14: 'TRUE' } });
  expect(quarters.estimates).toEqual([{ from: quarters.starts[5], until: quarters.starts[14], method: 'LIKE_DAYS', reason: expect.stringContaining('no value'), explanation: 'The mean of the same time on comparable days before (2026-10-20).' }]);
  const before = await usage({ contractId: contract.contractId }, '2026-10-27', '2026-10-28', { resolution: 'QUARTER_HOUR', values: 'MARKET' });
  expect(before).toMatchObject({ complete: false, estimates: [], missing: [{ from: quarters.starts[5], until: quarters.starts[14], reason: 'OVERDUE', text: expect.stringContaining('has not delivered') }] });
});

test('a substitute of the market says why and how it was formed: the first one, one in another\'s place, now and as of before', async () => {
  await desk.database.setClock('2026-11-24T09:00:00Z');
  const contract = await desk.confirm();
  const day = '2026-11-20';
  const [z74, z75] = [{ status: 'SUBSTITUTE', reason: 'Z74', method: 'Z92' }, { status: 'SUBSTITUTE', reason: 'Z75', method: 'ZJ2' }];
  const put = (place: number, wattHours: number[], change: object) => desk.ingest({ intervals: [series(contract, day, wattHours, { start: quarterHoursOf(day)[place]!.toISOString(), ...change })] });
  await put(0, Array(96).fill(50), {}).then(({ accepted }) => expect(accepted).toBe(96));
  const free = await desk.confirm();
  await desk.ingest({ intervals: [series(free, day, whole(day, (nth) => (nth >= 8 && nth < 12 ? null : 50))), series(free, day, Array(4).fill(60), { start: quarterHoursOf(day)[8]!.toISOString(), ...z74 })] });
  const of = async (change: object = {}, whose = free) => {
    const { starts, substitutes } = await usage({ contractId: whose.contractId }, day, addDays(day, 1), { resolution: 'QUARTER_HOUR', ...change });
    return substitutes.map(({ from, until, reason, method }: any) => [starts.indexOf(from), starts.indexOf(until), reason, method]);
  };
  expect(await of()).toEqual([[8, 12, 'Z74', 'Z92']]);
  await desk.database.setClock('2026-11-25T09:00:00Z');
  await desk.ingest({ intervals: [series(free, day, [70, 70], { start: quarterHoursOf(day)[10]!.toISOString(), ...z75 }), series(free, day, [55], { start: quarterHoursOf(day)[8]!.toISOString() })] });
  await put(20, [40], z75);
  expect(await of()).toEqual([[9, 10, 'Z74', 'Z92'], [10, 12, 'Z75', 'ZJ2']]);
  expect(await of({ values: 'MARKET' })).toEqual(await of());
  expect(await of({ asOf: '2026-11-24T10:00:00Z' })).toEqual([[8, 12, 'Z74', 'Z92']]);
  expect(await of({}, contract)).toEqual([[20, 21, 'Z75', 'ZJ2']]);
  expect((await usage({ contractId: free.contractId }, day, addDays(day, 1))).substitutes).toBeNull();
  await expect(desk.db.query(`UPDATE metering.interval_substitute SET reason = 'Z99'`)).rejects.toMatchObject({ code: '42501' });
  await expect(desk.database.owner.query('DELETE FROM metering.interval_substitute')).rejects.toMatchObject({ code: '23001' });
});

test('every missing quarter hour says why', async () => {
  await desk.database.setClock('2026-11-24T09:00:00Z');
  const contract = await desk.confirm({ startOn: '2026-11-22' });
  await desk.ingest({ intervals: [series(contract, '2026-11-22', whole('2026-11-22', 5).with(3, -1))] });
  const { missing, complete } = await usage({ contractId: contract.contractId }, '2026-11-21', '2026-11-25', { resolution: 'QUARTER_HOUR' });
  expect(complete).toBe(false);
  expect(missing.map(({ from, reason }: any) => [from, reason])).toEqual([
    [startOfDay('2026-11-21').toISOString(), 'NOT_SUPPLIED'], [quarterHoursOf('2026-11-22')[3]!.toISOString(), 'REFUSED'], [startOfDay('2026-11-23').toISOString(), 'AWAITED'], ['2026-11-24T09:00:00.000Z', 'NOT_OVER'],
  ]);
  expect(await usage({ contractId: contract.contractId }, '2026-11-21', '2026-11-25', { resolution: 'MONTH' })).toMatchObject({ estimates: null, missing: null });
});

test('who is balanced on a profile is told that no quarter hours are measured, not that nobody was supplied or that one is late', async () => {
  await desk.database.setClock('2026-11-24T09:00:00Z');
  const counterOnly = await desk.confirm({ startOn: '2026-11-02', meteringKind: 'PROFILE' });
  await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { __typename } }', { input: { meterNumber: '1SMA0001', kind: 'SMART', registers: [{ obis: COUNTER }, { obis: PROFILE }] } });
  const couldDeliver = await desk.confirm({ startOn: '2026-11-02', meteringKind: 'PROFILE', meterNumber: '1SMA0001' });
  const reasons = async ({ contractId }: Confirmed) => (await usage({ contractId }, '2026-11-01', '2026-11-04', { resolution: 'QUARTER_HOUR' })).missing.map(({ from, reason }: any) => [from, reason]);
  const measured = [[startOfDay('2026-11-01').toISOString(), 'NOT_SUPPLIED'], [startOfDay('2026-11-02').toISOString(), 'NOT_MEASURED']];
  for (const contract of [counterOnly, couldDeliver]) expect(await reasons(contract)).toEqual(measured);
  await desk.ingest({ intervals: [series(couldDeliver, '2026-11-02', whole('2026-11-02', 50))] });
  expect(await reasons(couldDeliver)).toEqual([measured[0], [startOfDay('2026-11-03').toISOString(), 'OVERDUE']]);
});

test('the quarter hour within which a meter was exchanged is the new one\'s: substituted by the market, or estimated', async () => {
  await desk.database.setClock('2026-11-24T09:00:00Z');
  const day = '2026-11-10';
  const [from, until] = ['2026-11-10T10:00:00.000Z', '2026-11-10T10:15:00.000Z'];
  const read = ({ meterNumber }: Confirmed, readAt: string, wattHours: number) => ({ meterNumber, obis: COUNTER, readAt, wattHours });
  async function exchanged() {
    const contract = await desk.confirm();
    const meterNumber = `1NEU${newId().slice(-8)}`.toUpperCase();
    const { registerMeter } = await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }', { input: { meterNumber, kind: 'SMART', registers: [{ obis: COUNTER }, { obis: PROFILE }] } });
    const { exchangeMeter } = await desk.query('mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename } }', { input: { oldMeterId: await desk.meterIdOf(contract), newMeterId: registerMeter.meter.id, finalWattHours: 1_000, startWattHours: 0, at: '2026-11-10T10:07:00Z' } });
    expect(exchangeMeter.__typename).toBe('ExchangeMeterSuccess');
    const after: Confirmed = { ...contract, meterNumber };
    expect(await desk.ingest({ intervals: [series(contract, day, Array(44).fill(50)), series(after, day, Array(51).fill(60), { start: until })] })).toMatchObject({ accepted: 95 });
    const quarters = () => usage({ contractId: contract.contractId }, day, addDays(day, 1), { resolution: 'QUARTER_HOUR' });
    expect(await quarters()).toMatchObject({ complete: false, missing: [{ from, until, reason: 'METER_EXCHANGED' }] });
    const z78 = { start: from, status: 'SUBSTITUTE', reason: 'Z78', method: 'Z92' };
    expect(await desk.ingest({ intervals: [series(contract, day, [55], z78)] })).toMatchObject({ rejected: 1, rejections: { nodes: [{ rule: 'R14' }] } });
    return { substitute: () => desk.ingest({ intervals: [series(after, day, [55], z78)] }), quarters, contract, after };
  }
  const [substituted, silent, counted] = [await exchanged(), await exchanged(), await exchanged()];
  expect(await desk.ingest({ registers: [read(counted.contract, '2026-11-10T09:00:00Z', 779), read(counted.after, '2026-11-10T12:00:00Z', 450)] })).toMatchObject({ accepted: 2 });
  expect(await substituted.substitute()).toMatchObject({ accepted: 1 });
  expect(await substituted.quarters()).toMatchObject({ complete: true, totalWattHours: 44 * 50 + 55 + 51 * 60, missing: [], substitutes: [{ from, until, reason: 'Z78', method: 'Z92' }] });
  const held = async () => (await desk.published(silent.contract)).at(-1)!.payload.days.map(({ held = false, ours = [] }: any) => [held, ours]);
  expect(await held()).toEqual([[true, []]]);
  await desk.database.setClock('2026-12-08T10:00:00Z');
  await desk.doWhatIsDue();
  const [ofOld, ofNew] = [Math.round((50 * 7) / 15), Math.round((60 * 8) / 15)]; // as much of its own neighbour as lies in each part
  expect(await silent.quarters()).toMatchObject({ complete: true, missing: [], estimates: [{ from, until, method: 'EXCHANGE', explanation: expect.stringMatching(`${ofOld} Wh of the old meter until then and ${ofNew} Wh of the new one`) }], wattHours: { 44: ofOld + ofNew } });
  // The old counter made 221 Wh from 09:00 on, four quarter hours and its part; the new one 450 Wh until 12:00, seven and its part: nothing is lost, nothing made up.
  expect(await counted.quarters()).toMatchObject({ complete: true, estimates: [{ method: 'EXCHANGE' }], wattHours: { 44: 221 - 4 * 50 + (450 - 7 * 60) } });
  expect(await held()).toEqual([[false, [44]]]);
  expect((await usage({ contractId: silent.contract.contractId }, day, addDays(day, 1))).complete).toBe(true);
});

test('two meters in parallel know a time together: what one of them lacks is missing, by every resolution, and what another contract used there is not', async () => {
  await desk.database.setClock('2026-11-24T09:00:00Z');
  const [from, day, until] = ['2026-11-09', '2026-11-10', '2026-11-11'];
  const contract = await desk.confirm({ maloId: aMaloId(), startOn: from, endOn: until });
  const meterNumber = `1NEB${newId().slice(-8)}`.toUpperCase();
  const { registerMeter } = await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }', { input: { meterNumber, kind: 'SMART', registers: [{ obis: COUNTER }, { obis: PROFILE }] } });
  const { installMeter } = await desk.query('mutation ($input: InstallMeterInput!) { installMeter(input: $input) { __typename } }', { input: { meterId: registerMeter.meter.id, maloId: contract.maloId, from: startOfDay(day).toISOString() } });
  expect(installMeter).toMatchObject({ __typename: 'InstallMeterSuccess' });
  const beside: Confirmed = { ...contract, meterNumber };
  const completes = async (first: string, change: object = {}) => [...new Set(await Promise.all(['QUARTER_HOUR', 'DAY', 'MONTH', 'YEAR'].map(async (resolution) => (await usage({ contractId: contract.contractId }, first, until, { resolution, ...change })).complete)))];
  await desk.ingest({ intervals: [series(contract, from, whole(from, 40)), series(contract, day, whole(day, 40))] });
  expect(await completes(day)).toEqual([false]); // the second one has said nothing
  const read = (meter: Confirmed, on: string, wattHours: number) => ({ meterNumber: meter.meterNumber, obis: COUNTER, readAt: startOfDay(on).toISOString(), wattHours });
  await desk.ingest({ registers: [read(contract, from, 0), read(contract, until, 7_680)] });
  expect(await usage({ contractId: contract.contractId }, day, until, { obis: COUNTER })).toMatchObject({ complete: false, source: 'READINGS' });
  await desk.ingest({ registers: [read(beside, day, 0), read(beside, until, 5_760)] });
  expect(await usage({ contractId: contract.contractId }, day, until, { obis: COUNTER })).toMatchObject({ complete: true, wattHours: [3_840 + 5_760] });
  await desk.ingest({ intervals: [series(beside, day, whole(day, (nth) => (nth === 50 ? null : 60)))] });
  expect(await completes(day)).toEqual([false]);
  const quarters = await usage({ contractId: contract.contractId }, day, until, { resolution: 'QUARTER_HOUR' });
  expect(quarters).toMatchObject({ totalWattHours: 96 * 40 + 95 * 60, missing: [{ from: quarters.starts[50], until: quarters.starts[51], reason: 'OVERDUE' }] });
  await desk.ingest({ intervals: [series(beside, day, [60], { start: quarterHoursOf(day)[50]!.toISOString() })] });
  expect(await completes(day)).toEqual([true]);
  expect(await completes(from)).toEqual([true]); // with the day before the second one hung
  expect(await completes(day, { asOf: '2026-11-24T09:00:00Z' })).toEqual([true]);

  // Whoever lives there next uses nothing for this contract.
  const next = await desk.confirm({ meterNumber: contract.meterNumber, maloId: contract.maloId, startOn: until });
  await desk.ingest({ intervals: [series(next, until, whole(until, 40))] });
  const { missing } = await usage({ contractId: contract.contractId }, day, '2026-11-12', { resolution: 'QUARTER_HOUR' });
  expect(missing.map(({ from: at, reason }: any) => [at, reason])).toEqual([[startOfDay(until).toISOString(), 'NOT_SUPPLIED']]);
});

test('where there are no intervals, usage is what the counter advanced, over an exchange too', async () => {
  await desk.database.setClock('2026-11-24T09:00:00Z');
  const contract = await desk.confirm({ meteringKind: 'PROFILE', maloId: '51238696781' });
  const read = (day: string, wattHours: number, change: object = {}) => ({ meterNumber: contract.meterNumber, obis: COUNTER, readAt: startOfDay(day).toISOString(), wattHours, ...change });
  await desk.ingest({ registers: [read('2026-09-01', 1_000_000), read('2026-10-01', 1_300_000)] });
  const { registerMeter } = await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id meterNumber } } } }', { input: { meterNumber: '1NEW0001', kind: 'DIGITAL', registers: [{ obis: COUNTER }] } });
  await desk.query('mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename } }', { input: { oldMeterId: await desk.meterIdOf(contract), newMeterId: registerMeter.meter.id, finalWattHours: 1_400_000, startWattHours: 7_000, at: startOfDay('2026-10-11').toISOString() } });
  await desk.ingest({ registers: [read('2026-11-01', 217_000, { meterNumber: '1NEW0001' })] });
  const of = { contractId: contract.contractId };
  expect(await usage(of, '2026-09-01', '2026-11-01', { resolution: 'MONTH' })).toMatchObject({ source: 'READINGS', wattHours: [300_000, 310_000], complete: true, estimates: null });
  expect(await usage(of, '2026-10-10', '2026-10-12', { obis: COUNTER })).toMatchObject({ source: 'READINGS', wattHours: [10_000, expect.closeTo(10_000, -2)] });
  expect(await usage(of, '2026-10-10', '2026-12-01', { resolution: 'YEAR' })).toMatchObject({ source: 'READINGS', complete: false, wattHours: [220_000] });
  const later = '2026-11-30T09:00:00Z';
  await desk.database.setClock(later);
  await desk.ingest({ registers: [read('2026-11-01', 227_000, { meterNumber: '1NEW0001', reason: 'read again' })] });
  expect(await usage(of, '2026-10-01', '2026-11-01', { resolution: 'MONTH' })).toMatchObject({ wattHours: [320_000] });
  expect(await usage(of, '2026-10-01', '2026-11-01', { resolution: 'MONTH', asOf: '2026-11-29T09:00:00Z' })).toMatchObject({ wattHours: [310_000] });
});

test.each([
  ['obis: "1-0:1.8.0", resolution: QUARTER_HOUR', agent, /allowed: DAY, MONTH, YEAR/],
  ['asOf: "2026-11-01T00:00:00Z", resolution: DAY', agent, /allowed: 1 to 400 for DAY as of another time/],
  ['asOf: "2026-11-01T00:00:00Z", resolution: MONTH', { ...actorWith('metering:read'), customerId: '01990000-0000-7000-8000-00000000000c' }, /asOf/],
])('usage(%s) is refused', async (args, actor, message) => {
  const { errors } = await ask(desk.url, actor, `{ usage(meterId: "01990000-0000-7000-8000-00000000000d", from: "${args.includes('DAY') ? '2025-01-01' : '2026-10-01'}", until: "2026-11-01", ${args}) { complete } }`);
  expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
});
