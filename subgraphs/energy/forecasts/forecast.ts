import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';

export type ForecastHorizon = 'INTRADAY' | 'DAY_AHEAD' | 'WEEK_AHEAD' | 'YEAR_AHEAD';

/** What the data service published: our portfolio's demand per quarter hour in one area and day, as of a cut-off. */
export type PublishedForecast = Readonly<{
  gridAreaId: string;
  deliveryDay: LocalDate;
  version: number;
  publishedAt: Date;
  cutOffAt: Date;
  wattHours: readonly WattHours[];
}>;
export type DemandForecast = PublishedForecast & Readonly<{ id: string; horizon: ForecastHorizon; importedAt: Date }>;
