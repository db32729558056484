// Contracts that end, or that are cancelled before they begin: whose a value is afterwards.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ContractCancelled, ContractTerminated } from '@stromgraph/events/contracts';
import { transact } from '@stromgraph/kernel/database';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { startOfDay } from '@stromgraph/kernel/time';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { agent, COUNTER, type Desk, openDesk, series, whole } from '../../tests/build/metering-desk.ts';
import { tell } from '../../tests/facts.ts';
import { watchSilence } from './actions/find-silence.ts';
import { handlers } from './handlers/index.ts';

let desk: Desk;
beforeAll(async () => void (desk = await openDesk('2026-11-24T09:00:00Z')));
afterAll(() => desk.drop());

const about = ({ contractId, customerId }: Confirmed) => ({ contractId, contractNumber: 'C-1', customerId, reason: 'moved out' });
const aggregate = ({ contractId }: Confirmed) => ({ aggregateType: 'contract', aggregateId: contractId });
const terminate = (contract: Confirmed, endOn: string) => tell(desk.database.owner, ContractTerminated, { ...aggregate(contract), data: { ...about(contract), endOn } });
const cancel = (contract: Confirmed) => tell(desk.database.owner, ContractCancelled, { ...aggregate(contract), data: { ...about(contract), startOn: contract.startOn } });
const toldReads = async (contract: Confirmed) => (await desk.published(contract)).flatMap(({ payload }) => payload.registers).map(({ wattHours }: any) => wattHours);
const hear = () => applyEvents(desk.runtime, handlers);
const read = ({ meterNumber }: Confirmed, day: string, wattHours: number) => ({ meterNumber, obis: COUNTER, readAt: startOfDay(day).toISOString(), wattHours });
const ownerOfReading = async (wattHours: number) => (await desk.database.owner.query('SELECT contract_id FROM metering.reading WHERE watt_hours = $1', [wattHours])).rows[0].contract_id;

test('values until the end of a contract are its own, those after it nobody\'s, until the next one begins', async () => {
  const contract = await desk.confirm();
  await desk.ingest({ intervals: [series(contract, '2026-11-09', whole('2026-11-09', 10))] });
  await terminate(contract, '2026-11-11');
  await hear();
  const answer = await desk.ingest({ intervals: ['2026-11-10', '2026-11-11'].map((day) => series(contract, day, whole(day, 10))), registers: [read(contract, '2026-11-11', 123_000)] });
  expect(answer).toMatchObject({ accepted: 96 + 1, rejected: 96, rejections: { nodes: expect.arrayContaining([{ rule: 'R14', reason: expect.stringContaining('no contract of ours') }]) } });
  expect(await ownerOfReading(123_000)).toBe(contract.contractId);
  const usage = 'query ($c: ID!) { usage(contractId: $c, from: "2026-11-10", until: "2026-11-12", resolution: QUARTER_HOUR) { missing { from reason } } }';
  expect((await desk.query(usage, { c: contract.contractId })).usage.missing).toEqual([{ from: startOfDay('2026-11-11').toISOString(), reason: 'NOT_SUPPLIED' }]);
  const next = await desk.confirm({ maloId: contract.maloId, meterNumber: contract.meterNumber, startOn: '2026-11-11' });
  expect(await desk.ingest({ intervals: [series(contract, '2026-11-11', whole('2026-11-11', 10))] })).toMatchObject({ accepted: 96, rejected: 0 });
  expect((await desk.published(next)).at(-1)!.payload.days[0]).toMatchObject({ day: '2026-11-11' });
});

test('of a contract that was cancelled before its start nothing is its own, not even the reading at that instant', async () => {
  const before = await desk.confirm({ endOn: '2026-11-16' });
  const cancelled = await desk.confirm({ maloId: before.maloId, meterNumber: before.meterNumber, startOn: '2026-11-16' });
  await cancel(cancelled);
  await hear();
  expect(await desk.ingest({ intervals: [series(before, '2026-11-16', whole('2026-11-16', 10))], registers: [read(before, '2026-11-16', 456_000)] })).toMatchObject({ accepted: 1, rejected: 96 });
  expect(await ownerOfReading(456_000)).toBe(before.contractId);
  expect(await desk.published(cancelled)).toEqual([]);
});

test('the reading at a change of contract ends the one and begins the other: told to both, seen by both customers, and nothing is used twice', async () => {
  const a = await desk.confirm({ meteringKind: 'PROFILE', endOn: '2026-11-01' });
  const b = await desk.confirm({ meteringKind: 'PROFILE', maloId: a.maloId, meterNumber: a.meterNumber, startOn: '2026-11-01' });
  await desk.ingest({ registers: [read(a, '2026-10-01', 0), read(a, '2026-11-01', 300_000), read(a, '2026-11-20', 500_000)] });
  expect(await toldReads(a)).toEqual(['0', '300000']);
  expect(await toldReads(b)).toEqual(['300000', '500000']);
  const usageOf = async ({ contractId, customerId }: Confirmed) => {
    const mine = await desk.query('query ($c: ID!) { usage(contractId: $c, from: "2026-10-01", until: "2026-12-01", resolution: MONTH) { totalWattHours } }', { c: contractId }, { ...agent, customerId });
    const asOf = await desk.query('query ($c: ID!) { usage(contractId: $c, from: "2026-10-01", until: "2026-12-01", resolution: MONTH, asOf: "2026-11-24T09:00:00Z") { totalWattHours } }', { c: contractId });
    return [mine.usage.totalWattHours, asOf.usage.totalWattHours];
  };
  expect([await usageOf(a), await usageOf(b)]).toEqual([[300_000, 300_000], [200_000, 200_000]]);
  const { meter } = await desk.query('query ($id: ID!) { meter(id: $id) { readings(first: 9) { nodes { wattHours } } } }', { id: await desk.meterIdOf(a) }, { ...agent, customerId: a.customerId });
  expect(meter.readings.nodes.map(({ wattHours }: any) => wattHours)).toEqual([300_000, 0]);
});

test('a reading that came before the end of the one and the start of the next were known is told to both then', async () => {
  const a = await desk.confirm({ meteringKind: 'PROFILE' });
  await desk.ingest({ registers: [read(a, '2026-10-01', 0), read(a, '2026-11-01', 300_000)] });
  const b = await desk.confirm({ meteringKind: 'PROFILE', maloId: a.maloId, meterNumber: a.meterNumber, startOn: '2026-11-01' });
  expect(await toldReads(b)).toEqual(['300000']);
  const c = await desk.confirm({ meteringKind: 'PROFILE', maloId: a.maloId, meterNumber: a.meterNumber, startOn: '2026-11-15' });
  await desk.ingest({ registers: [read(a, '2026-11-15', 400_000)] }); // of the newest, as nobody has said that another ends
  expect([await toldReads(b), await toldReads(c)]).toEqual([['300000'], ['400000']]);
  await terminate(b, '2026-11-15');
  await hear();
  expect([await toldReads(b), await toldReads(c)]).toEqual([['300000', '400000'], ['400000']]);
});

test('an end before values that are there waits for a person, and holds up no other contract', async () => {
  const [late, good] = [await desk.confirm(), await desk.confirm()];
  await desk.ingest({ intervals: [series(late, '2026-11-20', whole('2026-11-20', 10))] });
  await terminate(late, '2026-11-20');
  await terminate(good, '2026-11-21');
  await hear();
  const ends = await desk.database.owner.query(`SELECT contract_id, end_on::text FROM metering.supply WHERE contract_id = ANY ($1) ORDER BY end_on`, [[late.contractId, good.contractId]]);
  expect(ends.rows).toEqual([{ contract_id: good.contractId, end_on: '2026-11-21' }, { contract_id: late.contractId, end_on: null }]);
  const letters = await desk.database.owner.query('SELECT aggregate_id, error FROM metering.dead_letter');
  expect(letters.rows).toEqual([{ aggregate_id: late.contractId, error: expect.stringContaining('has values of its customer, place and time') }]);
});

test('a contract may end before days that were found silent: nothing of them is missing then', async () => {
  const contract = await desk.confirm();
  await desk.ingest({ intervals: [series(contract, '2026-11-20', whole('2026-11-20', 10))] });
  await transact(desk.db, watchSilence);
  await desk.database.setClock('2026-11-26T13:00:00Z');
  await desk.doWhatIsDue();
  const missing = async () => (await desk.query('{ openFindings(first: 100, rule: "R01") { nodes { day meter { meterNumber } } } }')).openFindings.nodes.filter(({ meter }: any) => meter.meterNumber === contract.meterNumber.toUpperCase()).map(({ day }: any) => day).toSorted();
  expect(await missing()).toEqual(['2026-11-24', '2026-11-25']);
  await terminate(contract, '2026-11-25');
  await hear();
  expect((await desk.database.owner.query('SELECT end_on::text FROM metering.supply WHERE contract_id = $1', [contract.contractId])).rows).toEqual([{ end_on: '2026-11-25' }]);
  expect(await missing()).toEqual(['2026-11-24']);
});
