import { businessNow } from '@stromgraph/kernel/clock';
import { isPassing } from '@stromgraph/kernel/database';
import { startTicker } from '@stromgraph/kernel/ticker';
import { REVALUE_PROFIT_LOSS, SNAPSHOT_PROFIT_LOSS } from '../actions/revalue-profit-loss.ts';
import { ENET } from '../clients/enet.ts';
import { pageWaitingSeconds, profitLossOverdueSeconds, seriesOverdueSeconds, standingAlerts } from '../metrics.ts';
import type { EnergyRuntime } from '../runtime.ts';
import { pagesWaitSince } from '../store/pages.ts';
import { firstPlannedAt } from '../store/planned.ts';
import { overdueSeconds } from '../series/freshness.ts';
import { standingByKind } from '../store/alerts.ts';
import { seriesOf } from '../store/series.ts';

/** System time between two measurements. */
const EVERY_MS = 15_000;

/** Sets the gauges from what is stored; it decides nothing. */
export async function measureFreshness(runtime: EnergyRuntime): Promise<void> {
  for (const { db, name: tenant } of runtime.tenants.values()) {
    const now = await businessNow(db);
    profitLossOverdueSeconds.set({ tenant }, Math.max(0, (now.getTime() - (await firstPlannedAt(db, [SNAPSHOT_PROFIT_LOSS, REVALUE_PROFIT_LOSS], now)).getTime()) / 1_000));
    pageWaitingSeconds.set({ tenant }, Math.max(0, (now.getTime() - ((await pagesWaitSince(db)) ?? now).getTime()) / 1_000));
    for (const [kind, count] of await standingByKind(db)) standingAlerts.set({ tenant, kind }, count);
    for (const series of await seriesOf(db, ENET)) seriesOverdueSeconds.set({ tenant, series: series.kind }, overdueSeconds(series, now));
  }
}

export const startMeasuringFreshness = (runtime: EnergyRuntime): { stop: () => Promise<void> } =>
  startTicker(EVERY_MS, () =>
    measureFreshness(runtime).catch((error) => {
      if (!isPassing(error)) runtime.log.error({ err: error }, 'freshness could not be measured');
    }),
  );
