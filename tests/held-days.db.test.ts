// The seam between validation and those who calculate: what metering holds, billing does not take for complete, and energy does not count what is doubted,
// until it is estimated, released or delivered.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { handlers } from '@stromgraph/billing/handlers/index';
import { handlers as energyHandlers } from '@stromgraph/energy/handlers/index';
import { PrismaClient } from '../prisma/billing/client/client.ts';
import { PrismaClient as EnergyClient } from '../prisma/energy/client/client.ts';
import type { Confirmed } from './build/contract-confirmed.ts';
import { COUNTER, type Desk, openDesk, series, whole } from './build/metering-desk.ts';
import { tell } from './facts.ts';

let desk: Desk;
let billing: Awaited<ReturnType<Desk['database']['runtime']>>;
let energy: Awaited<ReturnType<Desk['database']['runtime']>>;
const told = new Map<string, number>();
beforeAll(async () => {
  desk = await openDesk('2026-11-24T09:00:00Z');
  billing = await desk.database.runtime('billing', PrismaClient);
  energy = await desk.database.runtime('energy', EnergyClient);
});
afterAll(() => desk.drop());

/** Carries what metering has told of a contract since the last time. */
async function hear(contract: Confirmed): Promise<void> {
  const facts = await desk.published(contract);
  const heard = told.get(contract.contractId) ?? 0;
  for (const { type, payload } of facts.slice(heard)) await tell(desk.database.owner, type === ReadingCorrected.name ? ReadingCorrected : MeterReadingIngested, { aggregateType: 'meter', aggregateId: payload.meterId, data: payload });
  told.set(contract.contractId, facts.length);
  await applyEvents(billing, handlers);
  await applyEvents(energy, energyHandlers);
}

/** What billing knows of a day, and what was used by what energy knows. */
async function known(contract: Confirmed, day: string) {
  await hear(contract);
  const { rows: [billed] } = await desk.database.owner.query('SELECT complete, held, watt_hours::int AS wh FROM billing.usage WHERE contract_id = $1 AND day = $2', [contract.contractId, day]);
  const { rows: [used] } = await desk.database.owner.query(`SELECT coalesce(sum(watt_hours), 0)::int AS used FROM (
    SELECT DISTINCT ON (start_at) watt_hours FROM energy.realised_consumption WHERE start_at >= $1 AND start_at < $2 ORDER BY start_at, version DESC) newest`, [startOfDay(day), startOfDay(addDays(day, 1))]);
  return { ...billed, ...used };
}

test('a day with an undecided error is not billable, at every step of its way', async () => {
  const contract = await desk.confirm();
  const day = '2026-10-20';
  const from = quarterHoursOf(day)[40]!.toISOString();
  await desk.ingest({ intervals: [7, 14].map((back) => series(contract, addDays(day, -back), whole(addDays(day, -back), 120))) });
  await desk.ingest({ intervals: [series(contract, day, whole(day, (nth) => (nth >= 40 && nth < 48 ? null : 100)))] });
  expect(await known(contract, day)).toEqual({ complete: false, held: false, wh: 8_800, used: 8_800 }); // a gap
  await desk.database.setClock('2026-11-26T10:00:00Z');
  await desk.doWhatIsDue();
  expect(await known(contract, day)).toEqual({ complete: true, held: false, wh: 8_800 + 8 * 120, used: 8_800 + 8 * 120 }); // estimated
  await desk.ingest({ intervals: [series(contract, day, Array(8).fill(110), { start: from })] });
  expect(await known(contract, day)).toEqual({ complete: true, held: false, wh: 8_800 + 8 * 110, used: 8_800 + 8 * 110 }); // delivered
  await desk.ingest({ intervals: [series(contract, day, [12_000], { start: from, reason: 'device fault' })] });
  expect(await known(contract, day)).toMatchObject({ complete: false, held: true, used: 0 }); // a spike
  await desk.query(`mutation ($input: DecideFindingInput!) { decideFinding(input: $input) { __typename } }`, { input: { findingId: (await desk.query('{ openFindings(rule: "R04") { nodes { id } } }')).openFindings.nodes[0].id, decision: 'ESTIMATE', reason: 'device fault' } });
  expect(await known(contract, day)).toEqual({ complete: true, held: false, wh: 8_800 + 7 * 110 + 105, used: 8_800 + 7 * 110 + 105 }); // ours in place of it: between 100 and 110
});

test('what a counter advances through its transformer, and over zero, is settled as metering knows it', async () => {
  const settled = async (contract: Confirmed) => {
    await hear(contract);
    return (await desk.database.owner.query(`SELECT from_on::text, until_on::text, measured_watt_hours::int AS wh FROM energy.quantity_settlement WHERE contract_id = $1 ORDER BY until_on, version`, [contract.contractId])).rows;
  };
  const counter = async (change: string) => {
    const contract = await desk.confirm({ meteringKind: 'PROFILE', expectedWattHours: '4000000' });
    await desk.database.owner.query(`UPDATE metering.meter_register SET ${change} WHERE obis = $1 AND meter_id = $2`, [COUNTER, await desk.meterIdOf(contract)]);
    return { contract, read: (readAt: Date, wattHours: number) => desk.ingest({ registers: [{ meterNumber: contract.meterNumber, obis: COUNTER, readAt: readAt.toISOString(), wattHours }] }) };
  };
  const october = { from_on: '2026-10-01', until_on: '2026-11-01' };
  const transformed = await counter('factor = 40');
  await transformed.read(startOfDay('2026-10-01'), 1_000_000);
  await transformed.read(startOfDay('2026-11-01'), 1_010_000);
  expect(await settled(transformed.contract)).toEqual([{ ...october, wh: 400_000 }]);
  const overZero = await counter('digits = 5');
  await overZero.read(startOfDay('2026-10-01'), 99_820_000);
  await overZero.read(startOfDay('2026-11-01'), 180_000);
  expect(await settled(overZero.contract)).toEqual([{ ...october, wh: 360_000 }]);
});
