// A metering operator's document on its whole way: taken by market, carried by the relay, stored by metering, to be asked for as usage.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { startRelay } from '@stromgraph/kernel/relay';
import { quarterHoursOf } from '@stromgraph/kernel/time';
import { applyInbound } from '@stromgraph/market/actions/apply-inbound';
import { takePage, toInbound } from '@stromgraph/market/actions/take-inbound';
import { handlers as energyHandlers } from '@stromgraph/energy/handlers/index';
import { handlers } from '@stromgraph/metering/handlers/index';
import { PrismaClient as EnergyPrisma } from '../prisma/energy/client/client.ts';
import { PrismaClient } from '../prisma/market/client/client.ts';
import example from '../docs/operations/ingest-readings.json' with { type: 'json' };
import { fillVariables } from '../web/welcome/examples.ts';
import type { Confirmed } from './build/contract-confirmed.ts';
import { COUNTER, type Desk, openDesk, PROFILE } from './build/metering-desk.ts';
import { waitFor } from './wait.ts';

let desk: Desk;
let market: Awaited<ReturnType<Desk['database']['runtime']>>;
let relay: { stop: () => Promise<void> };

beforeAll(async () => {
  desk = await openDesk('2026-11-24T09:00:00Z');
  market = await desk.database.runtime('market', PrismaClient, { STROMGRAPH_CLEARING_HOUSE_URL: 'http://127.0.0.1:1', STROMGRAPH_WEBHOOK_SECRET: 'unused' });
  relay = await startRelay({ url: await desk.database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
});
afterAll(async () => {
  await relay.stop();
  await desk.drop();
});

let cursor = 0;
/** As the clearing house delivers it, in kilowatt-hours and local time. */
async function deliver({ maloId, meterNumber }: Confirmed, energieverbrauch: object[]): Promise<void> {
  const { db } = market.tenants.get('demo')!;
  const body = JSON.stringify({
    id: `in_${randomUUID()}`, cursor: (cursor += 1), type: 'MARKET_MESSAGE', occurredAt: '2026-11-24T08:00:00Z',
    nachricht: {
      stammdaten: { MARKTLOKATION: [{ boTyp: 'MARKTLOKATION', marktlokationsId: maloId }], ENERGIEMENGE: [{ boTyp: 'ENERGIEMENGE', zaehlernummer: meterNumber, energieverbrauch }] },
      transaktionsdaten: { pruefidentifikator: '13025', vorgangsnummer: 'V1', dokumentennummer: randomUUID(), absender: { rollencodenummer: '9999000200010' } }, zusatzdaten: {},
    },
  });
  await takePage(db, market.keyring, { bodies: [body], next: BigInt(cursor), more: false });
  await applyInbound(db, market.keyring, toInbound(body, 'POLL')!.id);
}
const local = (at: Date, offset: number) => `${new Date(at.getTime() + offset * 3_600_000).toISOString().slice(0, 19)}+0${offset}:00`;
const value = (at: Date, wert: unknown, change: object = {}) => ({ obisKennzahl: PROFILE, startdatum: local(at, 1), enddatum: local(new Date(at.getTime() + 900_000), 1), wert, einheit: 'KWH', messwertstatus: 'ABGELESEN', ...change });
const USAGE = 'query ($c: ID!) { usage(contractId: $c, from: "2026-10-25", until: "2026-10-26", resolution: QUARTER_HOUR) { totalWattHours complete wattHours statuses missing { from reason } } }';
const usageOf = async ({ contractId }: Confirmed) => (await desk.query(USAGE, { c: contractId })).usage;
const stored = (contract: Confirmed, total: number) =>
  waitFor(`${total} Wh`, async () => {
    await applyEvents(desk.runtime, handlers);
    const usage = await usageOf(contract);
    return usage?.totalWattHours === total && usage;
  });

test('a load profile of the longest day, a gap in it, its substitute and its true value', async () => {
  const contract = await desk.confirm();
  const day = quarterHoursOf('2026-10-25');
  await deliver(contract, day.map((at, nth) => (nth === 10 ? value(at, 0, { messwertstatus: 'FEHLT' }) : value(at, '0.125'))));
  expect(await stored(contract, 99 * 125)).toMatchObject({ complete: false, wattHours: { length: 100, 9: 125, 10: null }, missing: [{ from: day[10]!.toISOString(), reason: 'OVERDUE' }] });
  await deliver(contract, [value(day[10]!, 0.2, { messwertstatus: 'ERSATZWERT', grundErsatzwert: 'Z75', ersatzwertbildungsverfahren: 'Z92' })]);
  expect(await stored(contract, 99 * 125 + 200)).toMatchObject({ complete: true, statuses: { 9: 'TRUE', 10: 'SUBSTITUTE' } });
  await deliver(contract, [value(day[10]!, 0.15)]);
  expect(await stored(contract, 99 * 125 + 150)).toMatchObject({ complete: true, statuses: { 10: 'TRUE' } });
  const told = (await desk.published(contract)).map(({ type, payload }) => [type, payload.days[0].version, payload.days[0].wattHours[10]]);
  expect(told).toEqual([['metering.MeterReadingIngested', 1, null], ['metering.MeterReadingIngested', 2, 200], ['metering.ReadingCorrected', 3, 150]]);
});

test('a counter of a meter', async () => {
  const contract = await desk.confirm({ meteringKind: 'PROFILE', maloId: '51238696781' }); // with its check digit
  await deliver(contract, [value(new Date('2026-10-31T23:00:00Z'), 8_130.5, { obisKennzahl: COUNTER, enddatum: undefined })]);
  await waitFor('the reading', async () => {
    await applyEvents(desk.runtime, handlers);
    const [event] = await desk.published(contract);
    return event?.payload.registers[0]?.wattHours === '8130500';
  });
});

test('the reading at a change of contract settles both periods of those who are balanced on a profile, nothing twice', async () => {
  const energy = await desk.database.runtime('energy', EnergyPrisma);
  const a = await desk.confirm({ meteringKind: 'PROFILE', endOn: '2026-11-01' });
  const b = await desk.confirm({ meteringKind: 'PROFILE', maloId: a.maloId, meterNumber: a.meterNumber, startOn: '2026-11-01' });
  const read = (readAt: string, wattHours: number) => ({ meterNumber: a.meterNumber, obis: COUNTER, readAt, wattHours });
  await desk.ingest({ registers: [read('2026-09-30T22:00:00Z', 0), read('2026-10-31T23:00:00Z', 300_000), read('2026-11-19T23:00:00Z', 500_000)] });
  const settled = async () => (await desk.database.owner.query('SELECT contract_id, from_on::text, until_on::text, measured_watt_hours::int AS measured FROM energy.quantity_settlement WHERE NOT withdrawn ORDER BY from_on')).rows;
  await waitFor('both settlements', async () => {
    await applyEvents(energy, energyHandlers);
    return (await settled()).length === 2;
  });
  expect(await settled()).toEqual([
    { contract_id: a.contractId, from_on: '2026-10-01', until_on: '2026-11-01', measured: 300_000 }, { contract_id: b.contractId, from_on: '2026-11-01', until_on: '2026-11-20', measured: 200_000 },
  ]);
});

test.each([['2026-11-23T23:30:00Z', '2026-11-24'], ['2026-11-24T09:10:00Z', '2026-11-24']])('at %s the example of values is right for a newcomer, also where the hour has values', async (now, today) => {
  await desk.database.setClock(now);
  const contract = await desk.confirm();
  const filled = await fillVariables({ ...example, take: {}, name: 'ingest-readings', document: '' }, [], { today, now }, () => Promise.reject(new Error('asked'))) as { input: { intervals: object[] } };
  const intervals = filled.input.intervals.map((series) => ({ ...series, meterNumber: contract.meterNumber }));
  expect(await desk.ingest({ intervals })).toMatchObject({ accepted: 3, rejected: 1 });
  expect(await desk.ingest({ intervals: intervals.map((series) => ({ ...series, wattHours: [121, 131, -5, 111] })) })).toMatchObject({ accepted: 3, rejected: 1 });
});
