import { businessNow } from '@stromgraph/kernel/clock';
import { readEnetConfig } from '@stromgraph/kernel/data-service';
import { transact } from '@stromgraph/kernel/database';
import { startDue } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { readingDueHandlers, startReadingPublications } from '@stromgraph/kernel/read-publications';
import { persistently } from '@stromgraph/kernel/retry';
import { beginForecasting } from './actions/begin-forecasting.ts';
import { planCheck } from './actions/check-positions.ts';
import { openPositionDays } from './actions/open-position-days.ts';
import { planProfitLoss } from './actions/plan-profit-loss.ts';
import { readMasterData, taking } from './actions/read-publications.ts';
import { planReports } from './actions/report-months.ts';
import { openPaging } from './actions/send-page.ts';
import { openBalancingGroups } from './actions/watch-nominations.ts';
import { ENET } from './clients/enet.ts';
import { readBalancingGroups, readPositionConfig } from './config.ts';
import { readExchangeUrl } from './clients/exchange.ts';
import { readPager } from './clients/pager.ts';
import { openExchange } from './store/executions.ts';
import { handlers } from './handlers/index.ts';
import { dueHandlersWith } from './jobs/due.ts';
import { startMeasuringFreshness } from './jobs/measure-freshness.ts';
import { exchangeDueHandlers, startVisits } from './jobs/exchange.ts';
import { pageDueHandlers, startPaging } from './jobs/pager.ts';
import type { EnergyRuntime } from './runtime.ts';

export async function startWorkers(runtime: EnergyRuntime): Promise<{ stop: () => Promise<void> }> {
  const config = readEnetConfig(runtime.env);
  const { checkEveryHours, mabisWorkingDay } = readPositionConfig(runtime.env);
  const exchangeUrl = readExchangeUrl(runtime.env);
  const pagers = readPager(runtime.env);
  const groups = readBalancingGroups(runtime.env);
  for (const { db } of runtime.tenants.values())
    await persistently(() =>
      transact(db, async (tx) => {
        if (exchangeUrl !== null) await openExchange(tx);
        await openPaging(tx, pagers);
        await openPositionDays(tx);
        const now = await businessNow(tx);
        await planCheck(tx, now, checkEveryHours);
        await planProfitLoss(tx, now);
        await beginForecasting(tx, now);
        await openBalancingGroups(tx, groups);
        await planReports(tx, mabisWorkingDay);
      }),
    );
  const parts = [
    await startHearer(runtime, handlers),
    await startDue(runtime, { ...dueHandlersWith({ checkEveryHours, mabisWorkingDay }), ...readingDueHandlers(runtime), ...exchangeDueHandlers(runtime, exchangeUrl), ...pageDueHandlers(runtime, pagers) }),
    await startReadingPublications(runtime, { source: ENET, ...config, first: readMasterData, ...taking }),
    await startPaging(runtime, pagers),
    startMeasuringFreshness(runtime),
    ...(exchangeUrl === null ? [] : [await startVisits(runtime, exchangeUrl)]),
  ];
  return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
}
