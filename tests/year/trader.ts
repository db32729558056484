// A trader who covers each day two days ahead: base, now and then an hour sold back or a quarter hour bought, some deals amended later.
import { expect } from 'vitest';
import type { Client } from 'pg';
import type { Environment } from '../environment.ts';
import { seeded } from '../events/killed/plan.ts';

export type Trader = Readonly<{ tradeOn: (token: string, day: Temporal.PlainDate) => Promise<void>; counts: () => Readonly<{ deals: number; amended: number }> }>;
type Area = { id: string; mean: number };
type Deal = Readonly<{ gridAreaId: string; side: 'BUY' | 'SELL'; from: string; until: string; kilowatts: number; pricePerMwh: string }>;

const AHEAD_DAYS = 2;
const HOURS_A_YEAR = 8_760;

export async function hireTrader(world: Environment, witness: Client, seed: number): Promise<Trader> {
  const { rows: areas } = await witness.query<Area>(`
    SELECT a.id, greatest(1, coalesce(sum(c.expected_watt_hours), 0) / ${HOURS_A_YEAR} / 1000)::int AS mean FROM energy.grid_area a LEFT JOIN energy.supply_contract c ON c.grid_area_id = a.id GROUP BY a.id ORDER BY a.id`);
  const random = seeded(seed + 1);
  const counts = { deals: 0, amended: 0 };
  const price = () => (55 + random() * 80).toFixed(Math.floor(random() * 6));

  const record = async (token: string, deal: Deal, key: string): Promise<void> => {
    const { recordTrade } = await world.query(token, RECORD, { input: { ...deal, idempotencyKey: key, counterparty: 'Nordlicht Energiehandel AG' } });
    expect(recordTrade, JSON.stringify(recordTrade)).toMatchObject({ __typename: 'RecordTradeSuccess', replayed: false });
    counts.deals += 1;
    await note(recordTrade.trade.id, deal);
    if (random() < 0.15) await amend(token, recordTrade.trade.id, deal, key);
  };
  const amend = async (token: string, tradeId: string, deal: Deal, key: string): Promise<void> => {
    const changed = { kilowatts: deal.kilowatts + 1, pricePerMwh: price() };
    const { amendTrade } = await world.query(token, AMEND, { input: { ...changed, idempotencyKey: key, tradeId, reason: 'Confirmed otherwise.' } });
    expect(amendTrade, JSON.stringify(amendTrade)).toMatchObject({ __typename: 'AmendTradeSuccess' });
    counts.amended += 1;
    await witness.query('UPDATE witness.deal SET stands = false WHERE trade_id = $1', [tradeId]);
    await note(amendTrade.trade.id, { ...deal, ...changed });
  };
  const note = (id: string, { gridAreaId, side, from, until, kilowatts, pricePerMwh }: Deal) =>
    witness.query('INSERT INTO witness.deal VALUES ($1, $2, $3, $4, $5, $6, $7)', [id, gridAreaId, side, from, until, kilowatts, pricePerMwh]);

  return {
    counts: () => counts,
    tradeOn: async (token, day) => {
      const delivery = day.add({ days: AHEAD_DAYS });
      for (const { id, mean } of areas) {
        const deal = { gridAreaId: id, pricePerMwh: price() };
        await record(token, { ...deal, side: 'BUY', from: at(delivery), until: at(delivery.add({ days: 1 })), kilowatts: Math.max(1, Math.round(mean * (0.6 + 0.5 * random()))) }, `base ${id} ${String(day)}`);
        const hour = Math.floor(random() * 23);
        if (random() < 0.15) await record(token, { ...deal, side: 'SELL', from: at(delivery, hour), until: at(delivery, hour + 1), kilowatts: 1 }, `hour ${id} ${String(day)}`);
        if (random() < 0.15) await record(token, { ...deal, side: 'BUY', from: at(delivery, hour + 0.5), until: at(delivery, hour + 0.75), kilowatts: 2 }, `quarter hour ${id} ${String(day)}`);
      }
    },
  };
}

/** So many hours after the day has begun. */
const at = (day: Temporal.PlainDate, hours = 0): string => day.toZonedDateTime('Europe/Berlin').add({ minutes: hours * 60 }).toInstant().toString();

const RECORD = 'mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename ... on RecordTradeSuccess { replayed trade { id } } ... on InputInvalid { faults { path fault } } ... on Problem { message } } }';
const AMEND = 'mutation ($input: AmendTradeInput!) { amendTrade(input: $input) { __typename ... on AmendTradeSuccess { trade { id } } ... on InputInvalid { faults { path fault } } ... on Problem { message } } }';
