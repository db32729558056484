// The seam between validation and bills: what metering holds, billing does not take for complete, until it is estimated, released or delivered.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { handlers } from '@stromgraph/billing/handlers/index';
import { PrismaClient } from '../prisma/billing/client/client.ts';
import type { Confirmed } from './build/contract-confirmed.ts';
import { type Desk, openDesk, series, whole } from './build/metering-desk.ts';
import { tell } from './facts.ts';

let desk: Desk;
let billing: Awaited<ReturnType<Desk['database']['runtime']>>;
let carried = 0;
beforeAll(async () => {
  desk = await openDesk('2026-11-24T09:00:00Z');
  billing = await desk.database.runtime('billing', PrismaClient);
});
afterAll(() => desk.drop());

/** What billing knows of a day after everything that metering has told. */
async function known(contract: Confirmed, day: string) {
  const facts = await desk.published(contract);
  for (const { type, payload } of facts.slice(carried)) await tell(desk.database.owner, type === ReadingCorrected.name ? ReadingCorrected : MeterReadingIngested, { aggregateType: 'meter', aggregateId: payload.meterId, data: payload });
  carried = facts.length;
  await applyEvents(billing, handlers);
  return (await desk.database.owner.query('SELECT complete, held, watt_hours::int AS wh FROM billing.usage WHERE contract_id = $1 AND day = $2', [contract.contractId, day])).rows[0];
}

test('a day with an undecided error is not billable, at every step of its way', async () => {
  const contract = await desk.confirm();
  const day = '2026-10-20';
  const from = quarterHoursOf(day)[40]!.toISOString();
  await desk.ingest({ intervals: [7, 14].map((back) => series(contract, addDays(day, -back), whole(addDays(day, -back), 120))) });
  await desk.ingest({ intervals: [series(contract, day, whole(day, (nth) => (nth >= 40 && nth < 48 ? null : 100)))] });
  expect(await known(contract, day)).toEqual({ complete: false, held: false, wh: 8_800 }); // a gap
  await desk.database.setClock('2026-11-26T10:00:00Z');
  await desk.doWhatIsDue();
  expect(await known(contract, day)).toEqual({ complete: true, held: false, wh: 8_800 + 8 * 120 }); // estimated
  await desk.ingest({ intervals: [series(contract, day, Array(8).fill(110), { start: from })] });
  expect(await known(contract, day)).toEqual({ complete: true, held: false, wh: 8_800 + 8 * 110 }); // delivered
  await desk.ingest({ intervals: [series(contract, day, [12_000], { start: from, reason: 'device fault' })] });
  expect(await known(contract, day)).toMatchObject({ complete: false, held: true }); // a spike
  await desk.query(`mutation ($input: DecideFindingInput!) { decideFinding(input: $input) { __typename } }`, { input: { findingId: (await desk.query('{ openFindings(rule: "R04") { nodes { id } } }')).openFindings.nodes[0].id, decision: 'ESTIMATE', reason: 'device fault' } });
  expect(await known(contract, day)).toEqual({ complete: true, held: false, wh: 8_800 + 7 * 110 + 105 }); // ours in place of it: between 100 and 110
});
