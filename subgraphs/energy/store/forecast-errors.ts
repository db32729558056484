import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ForecastError } from '../forecasts/forecast-error.ts';
import type { ForecastHorizon } from '../forecasts/forecast.ts';
import type { ForecastRange } from './forecasts.ts';

type Row = {
  grid_area_id: string;
  delivery_day: LocalDate;
  horizon: ForecastHorizon;
  own: boolean;
  version: number;
  forecast_id: string;
  actual_version: number;
  actual_watt_hours: WattHours;
  calculated_at: Date;
  bias_watt_hours: WattHours;
  mape_percent: DecimalText | null;
  profile_bias_watt_hours: WattHours;
  profile_mape_percent: DecimalText | null;
  persistence_bias_watt_hours: WattHours | null;
  persistence_mape_percent: DecimalText | null;
};

/** Stores the next version of each, unless the newest says the same of the same. */
export async function addForecastErrors(tx: Tx, errors: readonly Omit<ForecastError, 'version'>[]): Promise<void> {
  const given = JSON.stringify(
    errors.map(({ forecast, profile, persistence, actualWattHours, ...rest }) => ({
      ...rest, actual: String(actualWattHours), bias: String(forecast.biasWattHours), mape: forecast.mapePercent, profileBias: String(profile.biasWattHours), profileMape: profile.mapePercent,
      persistenceBias: persistence && String(persistence.biasWattHours), persistenceMape: persistence && persistence.mapePercent,
    })),
  );
  await tx.sql`
    INSERT INTO energy.forecast_error (grid_area_id, delivery_day, horizon, own, version, forecast_id, actual_version, actual_watt_hours, calculated_at,
      bias_watt_hours, mape_percent, profile_bias_watt_hours, profile_mape_percent, persistence_bias_watt_hours, persistence_mape_percent)
    SELECT g."gridAreaId", g."deliveryDay", g.horizon, g.own, coalesce(e.version, 0) + 1, g."forecastId", g."actualVersion", g.actual, g."calculatedAt",
      g.bias, g.mape, g."profileBias", g."profileMape", g."persistenceBias", g."persistenceMape"
    FROM jsonb_to_recordset(${given}::jsonb) AS g ("gridAreaId" uuid, "deliveryDay" date, horizon text, own boolean, "forecastId" uuid, "actualVersion" int, actual bigint, "calculatedAt" timestamptz,
      bias bigint, mape numeric, "profileBias" bigint, "profileMape" numeric, "persistenceBias" bigint, "persistenceMape" numeric)
    LEFT JOIN LATERAL (
      SELECT * FROM energy.forecast_error e WHERE e.grid_area_id = g."gridAreaId" AND e.delivery_day = g."deliveryDay" AND e.horizon = g.horizon AND e.own = g.own ORDER BY e.version DESC LIMIT 1
    ) e ON true
    WHERE (e.forecast_id, e.actual_version) IS DISTINCT FROM (g."forecastId", g."actualVersion")`;
}

export type ErrorQuestion = ForecastRange & Readonly<{ horizon: ForecastHorizon | null }>;

/** As they now stand, in order of day; `after` is the [day, area, horizon, own] of the last one read. */
export async function forecastErrorsPage(
  db: Queryable,
  { gridAreaIds, from, until, horizon }: ErrorQuestion,
  { first, after }: { first: number; after: readonly string[] | null },
): Promise<ForecastError[]> {
  const [day, area, of, own] = after ?? [null, null, null, null];
  const rows = await db.sql<Row>`
    SELECT DISTINCT ON (e.delivery_day, e.grid_area_id, e.horizon, e.own) * FROM energy.forecast_error e
    WHERE e.delivery_day >= ${from} AND e.delivery_day < ${until} AND (${gridAreaIds}::uuid[] IS NULL OR e.grid_area_id = ANY (${gridAreaIds}::uuid[])) AND (${horizon}::text IS NULL OR e.horizon = ${horizon})
      AND (${day}::date IS NULL OR (e.delivery_day, e.grid_area_id, e.horizon, e.own) > (${day}::date, ${area}::uuid, ${of}::text, ${own}::boolean))
    ORDER BY e.delivery_day, e.grid_area_id, e.horizon, e.own, e.version DESC LIMIT ${first + 1}`;
  return rows.map(toForecastError);
}

const toForecastError = (row: Row): ForecastError => ({
  gridAreaId: row.grid_area_id,
  deliveryDay: row.delivery_day,
  horizon: row.horizon,
  own: row.own,
  version: row.version,
  forecastId: row.forecast_id,
  actualVersion: row.actual_version,
  actualWattHours: row.actual_watt_hours,
  calculatedAt: row.calculated_at,
  forecast: { biasWattHours: row.bias_watt_hours, mapePercent: row.mape_percent },
  profile: { biasWattHours: row.profile_bias_watt_hours, mapePercent: row.profile_mape_percent },
  persistence: row.persistence_bias_watt_hours === null ? null : { biasWattHours: row.persistence_bias_watt_hours, mapePercent: row.persistence_mape_percent },
});
