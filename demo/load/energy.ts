import { openPositionDays } from '@stromgraph/energy/actions/open-position-days';
import { addContractPrices } from '@stromgraph/energy/store/contract-prices';
import { addContracts } from '@stromgraph/energy/store/demand';
import { addSuspension } from '@stromgraph/energy/store/limit-breaches';
import { saveGridAreas } from '@stromgraph/energy/store/grid-areas';
import { businessNow } from '@stromgraph/kernel/clock';
import { idOf } from '@stromgraph/kernel/ids';
import { GRID_AREAS } from '../grid-areas.ts';
import { type DemoTrade } from '../trades.ts';
import { insertRows } from './rows.ts';
import { type Chunk, transactAgain, type World } from './world.ts';

export async function loadGridAreas({ dbs }: World): Promise<void> {
  await transactAgain(dbs.energy, (tx) =>
    saveGridAreas(tx, GRID_AREAS.map(({ code, name, controlAreaCode, state }) => ({ id: idOf('grid-area', code), code, name, balancingAreaCode: code, controlAreaCode, federalState: state }))),
  );
}

/** What is supplied where and at what price; the positions follow when all contracts and trades are there. */
export async function loadSupply({ dbs }: World, chunk: Chunk): Promise<void> {
  const contracts = chunk.flatMap((customer) => customer.contracts);
  await transactAgain(dbs.energy, async (tx) => {
    await addContracts(tx, contracts.map(({ confirmed, confirmedAt, endOn }) => ({
      contractId: confirmed.contractId, gridAreaId: confirmed.gridAreaId, profile: confirmed.profile, meteringKind: confirmed.meteringKind,
      expectedWattHours: confirmed.expectedWattHours, startOn: confirmed.startOn, endOn, confirmedAt: confirmedAt.toISOString(),
    })));
    await addContractPrices(tx, contracts.map(({ confirmed: { contractId, price } }) => ({ contractId, ...price })));
  });
}

const TRADES_AT_ONCE = 2_000;
const TRADER = 'Tilo Trader';
const WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR = 250;
const QUARTER_HOUR_MS = 900_000;

export async function loadTrades({ dbs }: World, trades: readonly DemoTrade[]): Promise<void> {
  for (let first = 0; first < trades.length; first += TRADES_AT_ONCE)
    await transactAgain(dbs.energy, (tx) =>
      insertRows(tx, 'energy.trade', trades.slice(first, first + TRADES_AT_ONCE).map((trade) => ({
        id: trade.id, grid_area_id: idOf('grid-area', trade.gridAreaCode), side: trade.side, product: trade.product, from_at: trade.from, until_at: trade.until,
        kilowatts: trade.kilowatts, watt_hours: trade.kilowatts * WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR * ((trade.until.getTime() - trade.from.getTime()) / QUARTER_HOUR_MS),
        price_eur_per_mwh: trade.pricePerMwh, counterparty: trade.counterparty, status: 'CONFIRMED', recorded_at: trade.recordedAt, recorded_by: TRADER,
      }))),
    );
}

const RESTS_MS = 31 * 86_400_000;

/** By energy's own action: opens the days up to three ahead and works their positions out. Its traders hedge by hand, so that there is something to see. */
export const openPositions = ({ dbs }: World): Promise<void> =>
  transactAgain(dbs.energy, async (tx) => {
    await openPositionDays(tx);
    const now = await businessNow(tx);
    for (const { code } of GRID_AREAS)
      await addSuspension(tx, { gridAreaId: idOf('grid-area', code), from: now, until: new Date(now.getTime() + RESTS_MS), reason: 'Hedged by hand in the demo; release it to see automatic orders.', by: TRADER });
  });
