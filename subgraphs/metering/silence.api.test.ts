// Registers of which nothing has ever come: found by the daily look, like those that stopped.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { COUNTER, type Desk, openDesk, PROFILE, series, whole } from '../../tests/build/metering-desk.ts';
import { watchSilence } from './actions/find-silence.ts';

let desk: Desk;
beforeAll(async () => void (desk = await openDesk('2027-02-10T08:00:00Z')));
afterAll(() => desk.drop());

const daysTold = async (contract: Confirmed): Promise<any[]> => (await desk.published(contract)).flatMap(({ payload }) => payload.days);

test('who has never delivered is found silent like one that stopped, told and shown with a reason, until the first value comes, however long its intervals are', async () => {
  const register = async (...registers: string[]) => {
    const meterNumber = `1STU${newId().slice(-8)}`.toUpperCase();
    await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { __typename } }', { input: { meterNumber, kind: 'SMART', registers: registers.map((obis) => ({ obis })) } });
    return { meterNumber };
  };
  const hourly = await desk.confirm({ startOn: '2027-02-10' });
  const tariffs = await desk.confirm({ startOn: '2027-02-10', ...(await register(COUNTER, '1-0:1.29.1', '1-0:1.29.2', '1-0:1.9.1')) });
  const speaks = await desk.confirm({ startOn: '2027-02-10', ...(await register(COUNTER, PROFILE, '1-0:1.9.0', '1-0:1.29.1', '1-0:2.29.0')) });
  const later = await desk.confirm({ startOn: '2027-02-13' });
  await transact(desk.db, watchSilence);
  await desk.database.setClock('2027-02-12T13:00:00Z');
  for (const day of ['2027-02-10', '2027-02-11']) await desk.ingest({ intervals: [series(speaks, day, whole(day, 50))] });
  await desk.doWhatIsDue();
  const silent = async (contract: Confirmed) => (await daysTold(contract)).filter(({ wattHours, held }: any) => held && wattHours.every((value: unknown) => value === null)).map(({ obis, day, missing }: any) => `${obis} ${day} ${missing.length}`).toSorted();
  expect(await silent(hourly)).toEqual(['1-0:1.29.0 2027-02-10 96', '1-0:1.29.0 2027-02-11 96']);
  expect(await silent(tariffs)).toEqual(['1-0:1.29.1 2027-02-10 96', '1-0:1.29.1 2027-02-11 96', '1-0:1.29.2 2027-02-10 96', '1-0:1.29.2 2027-02-11 96']);
  expect(await silent(speaks)).toEqual(['1-0:2.29.0 2027-02-10 96', '1-0:2.29.0 2027-02-11 96']); // what it draws it delivers by another register
  expect(await silent(later)).toEqual([]);
  const { openFindings } = await desk.query('{ openFindings(first: 500, rule: "R01") { nodes { day meter { meterNumber } } } }');
  expect(openFindings.nodes.filter(({ meter }: any) => meter.meterNumber === hourly.meterNumber.toUpperCase()).map(({ day }: any) => day).toSorted()).toEqual(['2027-02-10', '2027-02-11']);
  const usageOf = async () => (await desk.query('query ($id: ID!) { usage(contractId: $id, from: "2027-02-11", until: "2027-02-12", resolution: QUARTER_HOUR) { complete totalWattHours missing { reason } } }', { id: hourly.contractId })).usage;
  expect(await usageOf()).toEqual({ complete: false, totalWattHours: 0, missing: [{ reason: 'OVERDUE' }] });

  expect(await desk.ingest({ intervals: [series(hourly, '2027-02-11', Array(24).fill(400), { minutes: 60 })] })).toMatchObject({ accepted: 24 });
  expect(await usageOf()).toEqual({ complete: true, totalWattHours: 9_600, missing: [] });
  expect((await daysTold(hourly)).findLast(({ day }: any) => day === '2027-02-11')).toMatchObject({ version: 2, wattHours: Array(96).fill(100) });
  expect((await desk.database.owner.query(`SELECT d.minutes, d.expected_values, d.known_values FROM metering.usage_daily d WHERE contract_id = $1 ORDER BY day`, [hourly.contractId])).rows).toEqual([{ minutes: 60, expected_values: 24, known_values: 0 }, { minutes: 60, expected_values: 24, known_values: 24 }]);
  await expect(desk.database.owner.query(`UPDATE metering.usage_daily SET minutes = 15, expected_values = 96 WHERE contract_id = $1 AND known_values > 0`, [hourly.contractId])).rejects.toMatchObject({ code: '23001' });
});

test('nobody waits for intervals of a meter whose contract is balanced on a profile, before it has delivered some of that contract', async () => {
  await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { __typename } }', { input: { meterNumber: '1SMB0001', kind: 'SMART', registers: [{ obis: COUNTER }, { obis: PROFILE }] } });
  await desk.database.setClock('2027-02-15T08:00:00Z');
  await transact(desk.db, watchSilence);
  const contract = await desk.confirm({ startOn: '2027-02-14', meteringKind: 'PROFILE', meterNumber: '1SMB0001' });
  const lookOn = async (day: string) => {
    await desk.database.setClock(`${day}T13:00:00Z`);
    await desk.doWhatIsDue();
    return (await daysTold(contract)).map(({ day: told, held }: any) => [told, held ?? false]).toSorted();
  };
  expect(await lookOn('2027-02-16')).toEqual([]);
  await desk.ingest({ intervals: [series(contract, '2027-02-16', whole('2027-02-16', 50).fill(null as never, 48))] });
  expect(await lookOn('2027-02-18')).toEqual([['2027-02-16', false], ['2027-02-16', true], ['2027-02-17', true]]);
});

test('where one tariff delivers, the other one has to, whatever else the meter could deliver', async () => {
  const registers = [PROFILE, '1-0:1.29.1', '1-0:1.29.2', '1-0:1.9.0'].map((obis) => ({ obis }));
  await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { __typename } }', { input: { meterNumber: '1TAR0002', kind: 'SMART', registers } });
  await desk.database.setClock('2027-02-21T08:00:00Z');
  await transact(desk.db, watchSilence);
  const contract = await desk.confirm({ startOn: '2027-02-20', meterNumber: '1TAR0002' });
  await desk.ingest({ intervals: [series(contract, '2027-02-20', whole('2027-02-20', 50), { obis: '1-0:1.29.1' })] });
  await desk.database.setClock('2027-02-21T13:00:00Z');
  await desk.doWhatIsDue();
  expect((await daysTold(contract)).filter(({ held }: any) => held).map(({ obis, day }: any) => [obis, day])).toEqual([['1-0:1.29.2', '2027-02-20']]);
});
