// A location with several meters or registers: what is billed, what metering keeps by day and what energy counts as used are the same watt-hours, and an exchange shows on the invoice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ContractActivated } from '@stromgraph/events/contracts';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { handlers as energyHandlers } from '@stromgraph/energy/handlers/index';
import { handlers } from '@stromgraph/billing/handlers/index';
import { startServer } from '@stromgraph/billing/server';
import { startWorkers } from '@stromgraph/billing/worker';
import { applyEvents, replayDeadLetters } from '@stromgraph/kernel/hearer';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { watchSilence } from '@stromgraph/metering/actions/find-silence';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { PrismaClient } from '../prisma/billing/client/client.ts';
import { PrismaClient as EnergyClient } from '../prisma/energy/client/client.ts';
import { actorWith, ask } from './ask.ts';
import type { Confirmed } from './build/contract-confirmed.ts';
import { aMaloId } from './build/contract-import.ts';
import { type Desk, openDesk, PROFILE } from './build/metering-desk.ts';
import { tell } from './facts.ts';
import { waitFor } from './wait.ts';

/** October with its day of 25 hours. */
const [FROM, UNTIL] = ['2026-10-01', '2026-11-01'];
const STARTS = Array.from({ length: 31 }, (_, ahead) => `2026-10-${String(ahead + 1).padStart(2, '0')}`).flatMap((day) => quarterHoursOf(day));
const EXCHANGED_AT = new Date('2026-10-15T09:07:00Z');

const clerk = actorWith('billing:read', 'billing:write');
let desk: Desk;
let billing: Awaited<ReturnType<Desk['database']['runtime']>>;
let energy: Awaited<ReturnType<Desk['database']['runtime']>>;
let subgraph: Subgraph;
let workers: { stop: () => Promise<void> };
let relay: { stop: () => Promise<void> };
beforeAll(async () => {
  desk = await openDesk('2026-11-24T09:00:00Z');
  billing = await desk.database.runtime('billing', PrismaClient);
  energy = await desk.database.runtime('energy', EnergyClient);
  subgraph = await startServer(billing as never);
  workers = await startWorkers(billing as never);
  relay = await startRelay({ url: await desk.database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
});
afterAll(async () => {
  await relay.stop();
  await workers.stop();
  await subgraph.stop();
  await desk.drop();
});

const register = async (meterNumber: string, registers: readonly string[]): Promise<string> =>
  (await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }', { input: { meterNumber, kind: 'SMART', registers: registers.map((obis) => ({ obis })) } })).registerMeter.meter.id;
const aNumber = () => `1TST${newId().slice(-10)}`.toUpperCase();

/** A contract whose meter has these registers; the market has named it. */
async function confirm(...registers: string[]): Promise<Confirmed> {
  const meterNumber = aNumber();
  if (registers.length > 0) await register(meterNumber, registers);
  const contract = await desk.confirm({ meterNumber, maloId: aMaloId(), startOn: FROM });
  await tell(desk.database.owner, ContractActivated, { aggregateType: 'contract', aggregateId: contract.contractId, data: { contractId: contract.contractId, contractNumber: contract.contractNumber, customerId: contract.customerId, startOn: FROM } });
  return contract;
}

async function hang({ maloId }: Confirmed, from: Date, ...registers: string[]): Promise<string> {
  const meterNumber = aNumber();
  const meterId = await register(meterNumber, registers);
  const { installMeter } = await desk.query('mutation ($input: InstallMeterInput!) { installMeter(input: $input) { __typename } }', { input: { meterId, maloId, from: from.toISOString() } });
  expect(installMeter.__typename).toBe('InstallMeterSuccess');
  return meterNumber;
}

/** Quarter hours that start from the one on and before the other, each another value. */
async function measure(meterNumber: string, obis: string, about: number, { from = startOfDay(FROM), until = startOfDay(UNTIL) } = {}): Promise<void> {
  const starts = STARTS.filter((start) => start >= from && start < until);
  const wattHours = starts.map((_, nth) => about + ((nth * 7) % 23));
  expect(await desk.ingest({ intervals: [{ meterNumber, obis, start: starts[0]!.toISOString(), minutes: 15, wattHours, status: 'TRUE' }] })).toMatchObject({ accepted: starts.length, rejections: { nodes: [] } });
}

/** Until both have applied all that was told. */
async function hear(): Promise<void> {
  await waitFor('billing and energy to have heard everything', async () => {
    await applyEvents(billing, handlers);
    await applyEvents(energy, energyHandlers);
    const { rows: [left] } = await desk.database.owner.query(`SELECT (SELECT count(*) FROM metering.outbox o WHERE NOT EXISTS (SELECT FROM platform.feed f WHERE f.event_id = o.id))::int
      + (SELECT count(*) FROM platform.feed, billing.hearer_cursor c WHERE feed.position > c.position)::int + (SELECT count(*) FROM platform.feed, energy.hearer_cursor c WHERE feed.position > c.position)::int AS events`);
    return left.events === 0;
  });
  for (const domain of ['billing', 'energy']) expect((await desk.database.owner.query(`SELECT type, error FROM ${domain}.dead_letter`)).rows).toEqual([]);
}

const billed = ({ contractId }: Confirmed) => desk.database.owner.query('SELECT sum(watt_hours)::int AS wh, bool_and(complete) AS complete FROM billing.usage WHERE contract_id = $1 AND day >= $2 AND day < $3', [contractId, FROM, UNTIL]).then(({ rows }) => rows[0]);

async function bill(contracts: readonly Confirmed[]): Promise<any[]> {
  const { data } = await ask(subgraph.url, clerk, 'mutation ($input: StartBillingRunInput!) { startBillingRun(input: $input) { ... on StartBillingRunSuccess { run { id } } } }', { input: { idempotencyKey: newId(), kind: 'MONTHLY', from: FROM, until: UNTIL, contractIds: contracts.map(({ contractId }) => contractId) } });
  const { id } = data.startBillingRun.run;
  const RUN = 'query ($id: ID!) { billingRun(id: $id) { status failures { nodes { reason detail } } } invoices(runId: $id, first: 50) { nodes { contract { id } from until wattHours meters { meterNumber from until startWattHours finalWattHours } } } }';
  const read = async () => (await ask(subgraph.url, clerk, RUN, { id })).data;
  await waitFor('the run', async () => (await read()).billingRun.status !== 'RUNNING');
  const over = await read(); // its fields are read side by side: of a run that was just ending, not all invoices
  expect(over.billingRun).toEqual({ status: 'COMPLETED', failures: { nodes: [] } });
  return contracts.map(({ contractId }) => over.invoices.nodes.find((invoice: any) => invoice.contract.id === contractId));
}

test('billed, kept by day and counted as used are the same, to the watt-hour, whatever hangs at the location', async () => {
  const one = await confirm();
  await measure(one.meterNumber, PROFILE, 80);

  const parallel = await confirm();
  const beside = await hang(parallel, startOfDay(FROM), PROFILE);
  await measure(parallel.meterNumber, PROFILE, 60);
  await hear();
  expect(await billed(parallel)).toMatchObject({ complete: false }); // the other one is silent
  await measure(beside, PROFILE, 75);

  const channels = await confirm(PROFILE, '1-1:1.29.0');
  await measure(channels.meterNumber, PROFILE, 60);
  await hear();
  expect(await billed(channels)).toMatchObject({ complete: false }); // of the other channel nothing has ever come
  await measure(channels.meterNumber, '1-1:1.29.0', 50);
  const channelOne = await confirm('1-1:1.29.0', '1-1:2.29.0');
  await measure(channelOne.meterNumber, '1-1:1.29.0', 55);

  const tariffs = await confirm('1-0:1.29.1', '1-0:1.29.2');
  await measure(tariffs.meterNumber, '1-0:1.29.1', 70);
  await hear();
  expect(await billed(tariffs)).toMatchObject({ complete: false }); // the low tariff is not known
  await measure(tariffs.meterNumber, '1-0:1.29.2', 40);

  const feedsIn = await confirm(PROFILE, '1-0:2.29.0', '1-0:2.8.0');
  await measure(feedsIn.meterNumber, PROFILE, 90);
  await measure(feedsIn.meterNumber, '1-0:2.29.0', 300);

  const exchanged = await confirm();
  const newNumber = aNumber();
  const newMeterId = await register(newNumber, ['1-0:1.8.0', PROFILE]);
  const boundary = new Date('2026-10-15T09:00:00Z'); // the quarter hour of the exchange is the new one's
  await measure(exchanged.meterNumber, PROFILE, 65, { until: boundary });
  const { exchangeMeter } = await desk.query('mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename } }', { input: { oldMeterId: await desk.meterIdOf(exchanged), newMeterId, finalWattHours: 812_345, startWattHours: 17, at: EXCHANGED_AT.toISOString() } });
  expect(exchangeMeter.__typename).toBe('ExchangeMeterSuccess');
  await measure(newNumber, PROFILE, 85, { from: boundary });

  const hungInTheCourse = await confirm();
  const between = new Date('2026-10-20T08:07:00Z');
  const besideFrom = await hang(hungInTheCourse, between, PROFILE);
  await measure(hungInTheCourse.meterNumber, PROFILE, 45);
  await measure(besideFrom, PROFILE, 35, { from: new Date('2026-10-20T08:15:00Z') });

  await hear();
  const contracts = [one, parallel, channels, tariffs, feedsIn, exchanged, channelOne, hungInTheCourse];
  const invoices = await bill(contracts);
  for (const [nth, contract] of contracts.entries()) {
    // Metering's days of registers that draw, by plain SQL; of these meters no two measure the same energy.
    const { rows: [kept] } = await desk.database.owner.query(`SELECT sum(d.watt_hours)::int AS wh FROM metering.usage_daily d JOIN metering.meter_register r ON r.id = d.register_id WHERE d.contract_id = $1 AND r.obis NOT LIKE '%:2.%'`, [contract.contractId]);
    const { rows: [used] } = await desk.database.owner.query('SELECT sum(w)::int AS wh FROM energy.metered_day m, unnest(m.watt_hours) w WHERE m.contract_id = $1 AND m.counts', [contract.contractId]);
    expect([nth, invoices[nth].wattHours, used.wh]).toEqual([nth, kept.wh, kept.wh]);
  }
  const { rows: [realised] } = await desk.database.owner.query(`SELECT sum(watt_hours)::int AS wh FROM (SELECT DISTINCT ON (grid_area_id, start_at) watt_hours FROM energy.realised_consumption WHERE source = 'METERED' ORDER BY grid_area_id, start_at, version DESC) newest`);
  expect(invoices.reduce((sum, { wattHours }) => sum + wattHours, 0)).toBe(realised.wh);

  const whole = { from: FROM, until: UNTIL, startWattHours: null, finalWattHours: null };
  expect(invoices[1].meters.toSorted((a: any, b: any) => (a.meterNumber < b.meterNumber ? -1 : 1))).toEqual([parallel.meterNumber, beside].toSorted().map((meterNumber) => ({ ...whole, meterNumber })));
  expect(invoices[5].meters).toEqual([
    { meterNumber: exchanged.meterNumber, from: FROM, until: '2026-10-16', startWattHours: null, finalWattHours: 812_345 },
    { meterNumber: newNumber, from: '2026-10-15', until: UNTIL, startWattHours: 17, finalWattHours: null },
  ]);

  // Heard once more from the beginning nothing becomes another.
  const known = async () => (await desk.database.owner.query('SELECT contract_id, day, watt_hours, complete, held, reading_version FROM billing.usage ORDER BY 1, 2')).rows;
  const before = await known();
  await desk.database.owner.query('DELETE FROM billing.inbox');
  await desk.database.owner.query('UPDATE billing.hearer_cursor SET position = 0');
  await hear();
  expect(await known()).toEqual(before);
});

test('a meter that is silent beside another is known to energy as missing when metering has found it, until its values come', async () => {
  const contract = await confirm();
  const beside = await hang(contract, startOfDay(FROM), PROFILE);
  await measure(contract.meterNumber, PROFILE, 60);
  await measure(beside, PROFILE, 75, { until: startOfDay('2026-10-20') });
  await transact(desk.db, watchSilence);
  await desk.database.setClock('2026-11-25T12:00:00Z');
  await desk.doWhatIsDue();
  await desk.database.setClock('2026-12-06T12:00:00Z');
  await desk.doWhatIsDue(); // November, and not October, is looked through
  const missing = async () => {
    await hear();
    return (await desk.database.owner.query(`SELECT day::text, cardinality(missing) AS quarters FROM energy.metered_day WHERE contract_id = $1 AND missing <> '{}' AND day < '2026-11-03' ORDER BY meter_id, day`, [contract.contractId])).rows;
  };
  const both = [{ day: '2026-11-01', quarters: 96 }, { day: '2026-11-02', quarters: 96 }];
  expect(await missing()).toEqual([...both, ...both]);
  expect(await desk.ingest({ intervals: [{ meterNumber: beside, obis: PROFILE, start: startOfDay('2026-11-01').toISOString(), minutes: 15, wattHours: [...Array(96).fill(50), null, ...Array(95).fill(50)], status: 'TRUE' }] })).toMatchObject({ accepted: 191 });
  expect((await missing()).toSorted((a: any, b: any) => a.quarters - b.quarters)).toEqual([{ day: '2026-11-02', quarters: 1 }, ...both]);
});

test('what a meter delivers late by another register than the one that was found silent is billed and counts as used', async () => {
  const contracts = [await confirm(PROFILE, '1-0:1.9.0'), await confirm(PROFILE, '1-0:1.29.1', '1-0:1.29.2')];
  await desk.database.owner.query(`DELETE FROM metering.due WHERE kind = 'FIND_SILENCE'`);
  await transact(desk.db, watchSilence);
  await desk.database.setClock('2026-12-07T12:00:00Z');
  await desk.doWhatIsDue();
  const day = '2026-12-06';
  const known = async ({ contractId }: Confirmed) => {
    await hear();
    return (await desk.database.owner.query(`SELECT u.watt_hours::int AS billed, u.complete, (SELECT sum(w)::int FROM energy.metered_day m, unnest(m.watt_hours) w WHERE m.contract_id = $1 AND m.day = $2 AND m.counts) AS used,
      (SELECT count(*)::int FROM energy.metered_day m WHERE m.contract_id = $1 AND m.day = $2 AND m.counts AND m.missing <> '{}') AS lacking FROM billing.usage u WHERE contract_id = $1 AND day = $2`, [contractId, day])).rows[0];
  };
  for (const contract of contracts) expect(await known(contract)).toEqual({ billed: 0, complete: false, used: null, lacking: 1 });
  const send = (contract: Confirmed, obis: string, wattHours: number) => desk.ingest({ intervals: [{ meterNumber: contract.meterNumber, obis, start: startOfDay(day).toISOString(), minutes: 15, wattHours: Array(96).fill(wattHours), status: 'TRUE' }] });
  await send(contracts[0]!, '1-0:1.9.0', 50);
  await send(contracts[1]!, '1-0:1.29.1', 30);
  expect(await known(contracts[1]!)).toMatchObject({ complete: false });
  await send(contracts[1]!, '1-0:1.29.2', 20);
  for (const contract of contracts) expect(await known(contract)).toEqual({ billed: 4_800, complete: true, used: 4_800, lacking: 0 });
  await send(contracts[0]!, PROFILE, 51);
  expect(await known(contracts[0]!)).toEqual({ billed: 4_896, complete: true, used: 4_896, lacking: 0 });
});

test('a contract that takes over a location with two meters is told of both', async () => {
  const before = await confirm();
  const beside = await hang(before, startOfDay(FROM), PROFILE);
  const after = await desk.confirm({ meterNumber: before.meterNumber, maloId: before.maloId, startOn: '2026-12-01' });
  const { rows } = await desk.database.owner.query(`SELECT payload ->> 'meterNumber' AS number FROM metering.outbox WHERE type = 'metering.MeterInstalled' AND payload ->> 'contractId' = $1`, [after.contractId]);
  expect(rows.map(({ number }) => number).toSorted()).toEqual([before.meterNumber, beside].toSorted());
});

test('a contract that is told of behind the readings of another is known when its own are counted, in the same page', async () => {
  const before = await confirm();
  await hear();
  await measure(before.meterNumber, PROFILE, 80);
  const after = await confirm();
  await measure(after.meterNumber, PROFILE, 80);
  await hear();
  const { rows } = await desk.database.owner.query('SELECT contract_id, count(*)::int AS days FROM energy.metered_day WHERE contract_id = ANY ($1) GROUP BY 1', [[before.contractId, after.contractId]]);
  expect(rows.map(({ days }) => days)).toEqual([31, 31]);
});

test('what a contract used that energy could not take waits for it, and is counted when it is there', async () => {
  const contract = await confirm();
  const letters = async () => (await desk.database.owner.query(`SELECT domain, aggregate_type AS "aggregateType", aggregate_id AS "aggregateId" FROM energy.dead_letter ORDER BY position`)).rows;
  await desk.database.owner.query(`ALTER TABLE energy.supply_contract ADD CONSTRAINT refused CHECK (contract_id <> '${contract.contractId}') NOT VALID`);
  await measure(contract.meterNumber, PROFILE, 65);
  await waitFor('the contract and its meter to be parked', async () => {
    await applyEvents(energy, energyHandlers);
    return (await letters()).length === 2;
  });
  await desk.database.owner.query('ALTER TABLE energy.supply_contract DROP CONSTRAINT refused');
  for (const aggregate of await letters()) expect(await replayDeadLetters(energy, energyHandlers, { aggregate })).toMatchObject([{ applied: 1, failed: null }]);
  const { rows } = await desk.database.owner.query('SELECT count(*)::int AS days FROM energy.metered_day WHERE contract_id = $1', [contract.contractId]);
  expect(rows).toEqual([{ days: 31 }]);
});
