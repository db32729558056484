import { EnergyAlertChanged, ForecastImported, OpenPositionChanged, ProfitLossPosted } from '@stromgraph/events/energy';
import { liveStream } from '@stromgraph/kernel/live';
import type { SubscriptionResolvers } from '#schema';
import { feedOf } from '../feed.ts';
import { concernsRange, lookUpOf, type PositionsChanged } from '../positions/change.ts';
import { concernsDays, type Posted } from '../profit/profit-loss-sum.ts';
import { alertsById, alertsPage } from '../store/alerts.ts';
import { endDayOf, type ForecastHorizon } from '../forecasts/forecast.ts';
import { forecastsById, newestForecasts } from '../store/forecasts.ts';
import { positionsOfEveryStepIn } from '../store/positions.ts';
import { profitLossByVersion, profitLossPage } from '../store/profit-loss-sums.ts';
import { areasOrThrow, daysOrThrow, rangeOrThrow, refuse } from './arguments.ts';

const MAX_HZ = 10;
/** A first event holds all positions of the range: with five areas some 4,000. */
const MAX_POSITION_DAYS = 8;
const MAX_FORECAST_DAYS = 14;
const MAX_ALERTS = 500;
const MAX_PROFIT_LOSS_DAYS = 31;
/** With five areas some 150 rows; more areas than this has are asked for by name. */
const MAX_PROFIT_LOSS_ROWS = 5_000;

type Imported = Readonly<{ forecastId?: string; gridAreaId: string; horizon: ForecastHorizon; deliveryDay: string }>;

export const Subscription: SubscriptionResolvers = {
  openPositionUpdated: {
    subscribe: (_, { afterSeq, maxHz, ...args }, { db, tenant, runtime, untilSeq }) => {
      if (maxHz < 1 || maxHz > MAX_HZ) refuse(`maxHz: ${maxHz} is out of range (allowed: 1 to ${MAX_HZ})`);
      const range = rangeOrThrow(args, MAX_POSITION_DAYS);
      return liveStream(feedOf(runtime), {
        tenant,
        db,
        untilSeq,
        types: [OpenPositionChanged.name],
        afterSeq: afterSeq ?? null,
        maxHz,
        concerns: ({ data }) => concernsRange(range, data as PositionsChanged),
        snapshot: async (at) => ({ positions: await positionsOfEveryStepIn(at, range), from: range.from }),
        change: async (entries) => {
          const lookUp = lookUpOf(
            range,
            entries.map(({ data }) => data as PositionsChanged),
          );
          const positions = await positionsOfEveryStepIn(db, lookUp.range, lookUp.since);
          return positions.length > 0 ? { positions, from: range.from } : null;
        },
      }) as never;
    },
    resolve: (update: unknown) => update as never,
  },
  forecastUpdated: {
    subscribe: (_, { gridAreaIds: given, from, until, afterSeq }, { db, tenant, runtime, untilSeq }) => {
      const gridAreaIds = areasOrThrow(given);
      daysOrThrow({ from, until }, MAX_FORECAST_DAYS);
      return liveStream(feedOf(runtime), {
        tenant,
        db,
        untilSeq,
        types: [ForecastImported.name],
        afterSeq: afterSeq ?? null,
        maxHz: MAX_HZ,
        concerns: ({ data }) => {
          const { gridAreaId, horizon, deliveryDay } = data as Imported;
          return (gridAreaIds === null || gridAreaIds.includes(gridAreaId)) && endDayOf({ horizon, deliveryDay }) > from && deliveryDay < until;
        },
        snapshot: async (at) => ({ forecasts: await newestForecasts(at, { gridAreaIds, from, until }) }),
        change: async (entries) => ({ forecasts: await forecastsById(db, entries.flatMap(({ data }) => (data as Imported).forecastId ?? [])) }),
      }) as never;
    },
    resolve: (update: unknown) => update as never,
  },
  profitLossUpdated: {
    subscribe: (_, { gridAreaIds, from, until, afterSeq }, { db, tenant, runtime, untilSeq }) => {
      const range = { gridAreaIds: areasOrThrow(gridAreaIds), from, until };
      daysOrThrow(range, MAX_PROFIT_LOSS_DAYS);
      return liveStream(feedOf(runtime), {
        tenant,
        db,
        untilSeq,
        types: [ProfitLossPosted.name],
        afterSeq: afterSeq ?? null,
        maxHz: MAX_HZ,
        concerns: ({ data }) => concernsDays(range, data as Posted),
        snapshot: async (at) => ({ profitLoss: await profitLossPage(at, { range, step: 'DAY', byArea: true, asOf: null }, { first: MAX_PROFIT_LOSS_ROWS, after: null }) }),
        change: async (entries) => ({ profitLoss: await profitLossByVersion(db, entries.map(({ data }) => (data as Posted).profitLossId)) }),
      }) as never;
    },
    resolve: (update: unknown) => update as never,
  },
  energyAlertRaised: {
    subscribe: (_, { gridAreaIds: given, afterSeq }, { db, tenant, runtime, untilSeq }) => {
      const gridAreaIds = areasOrThrow(given);
      return liveStream(feedOf(runtime), {
        tenant,
        db,
        untilSeq,
        types: [EnergyAlertChanged.name],
        afterSeq: afterSeq ?? null,
        maxHz: MAX_HZ,
        concerns: ({ data }) => {
          const { gridAreaId } = data as { gridAreaId: string | null };
          return gridAreaIds === null || gridAreaId === null || gridAreaIds.includes(gridAreaId);
        },
        snapshot: async (at) => ({ alerts: (await alertsPage(at, { gridAreaIds, standing: true }, { first: MAX_ALERTS, after: null })).slice(0, MAX_ALERTS).toReversed() }),
        change: async (entries) => ({ alerts: await alertsById(db, entries.map(({ data }) => (data as { alertId: string }).alertId)) }),
      }) as never;
    },
    resolve: (update: unknown) => update as never,
  },
};
