// What makes one area's positions beyond the open days: read at once for all their days, calculated outside the database.
import type { Db, Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import { quarterHoursOn } from '../forecasts/forecast.ts';
import type { AreaDay } from '../positions/area-day.ts';
import { type ProfileDay, type SpreadEnergy, toProfileDay } from '../positions/expected-day.ts';
import type { Deal, ForwardDay, ForwardInputs } from '../positions/forward.ts';
import type { ForwardPeriod } from '../positions/horizon.ts';
import { DEMAND_OF_CONTRACTS } from './demand.ts';
import { priceUnitsOf } from './forward-prices.ts';
import { forecastsById, newestForecastsSql } from './forecasts.ts';
import { limitsOf } from './position-limits.ts';
import { STANDING_TRADES } from './trades.ts';

/** Of one area: its days in order of time, and the periods that they lie in. */
export async function forwardInputs(at: Tx | Db<any>, areaDays: readonly AreaDay[], periods: readonly ForwardPeriod[]): Promise<ForwardInputs> {
  const [first] = areaDays;
  if (!first) return { days: [], trades: [], limit: null };
  const rows = await readDays(at, areaDays);
  const curveDays = rows.flatMap(({ day, curve_id: curveId }) => (curveId === null ? [] : [{ curveId, day }]));
  const units = await priceUnitsOf(at, curveDays);
  const pricesOn = new Map(curveDays.map(({ day }, nth) => [day, units[nth]!]));
  const spread = await readSpread(at, areaDays, rows);
  const forecasts = new Map((await forecastsById(at, [...new Set(rows.flatMap((row) => row.forecast_id ?? []))])).map((forecast) => [forecast.id, forecast]));
  return {
    days: rows.map(({ day, forecast_id: forecastId, curve_id: curveId, minutes }) => ({
      day,
      forecast: forecastId === null ? null : { id: forecastId, wattHours: quarterHoursOn(forecasts.get(forecastId)!, day)! },
      spread: spread.get(day) ?? [],
      curve: curveId === null || !pricesOn.get(day) ? null : { id: curveId, minutes: minutes!, priceUnits: pricesOn.get(day)! },
    })) satisfies ForwardDay[],
    trades: await tradesIn(at, first.gridAreaId, { from: periods[0]!.from, until: periods.at(-1)!.until }),
    limit: (await limitsOf(at, [first.gridAreaId]))[0] ?? null,
  };
}

/** The cut-off as text: an instant of the database is finer than a `Date`. */
type DayRow = { day: LocalDate; cut_off_at: string | null; forecast_id: string | null; curve_id: string | null; minutes: number | null };

/** A curve that is whole has each of its days. */
async function readDays(at: Queryable, areaDays: readonly AreaDay[]): Promise<DayRow[]> {
  const { rows } = await at.query<DayRow>(
    `WITH wanted AS MATERIALIZED (SELECT unnest($2::date[]) AS day), forecast AS (${newestForecastsSql('$1::uuid', 'wanted')})
     SELECT d.day, f.cut_off_at::text, f.id AS forecast_id, c.id AS curve_id, c.minutes
     FROM wanted d
     LEFT JOIN forecast f ON f.day = d.day
     LEFT JOIN LATERAL (
       SELECT c.id, c.minutes FROM energy.price_curve c WHERE c.whole AND c.from_day <= d.day AND c.until_day > d.day ORDER BY c.trading_day DESC, c.version DESC LIMIT 1
     ) c ON true
     ORDER BY d.day`,
    [areaDays[0]!.gridAreaId, areaDays.map(({ day }) => day)],
  );
  return rows;
}

type ProfileKey = Readonly<{ code: string; year: number; version: number; period: number; day_type: string }>;
type SpreadRow = ProfileKey & { day: LocalDate; expected_watt_hours: WattHours; dynamised: boolean };
const keyOf = ({ code, year, version, period, day_type: dayType }: ProfileKey): string => JSON.stringify([code, year, version, period, dayType]);

/** By day the yearly energy that profiles spread; a profile is that of the delivery year or the last one known. */
async function readSpread(at: Tx | Db<any>, areaDays: readonly AreaDay[], days: readonly DayRow[]): Promise<Map<LocalDate, SpreadEnergy[]>> {
  const { rows } = await at.query<SpreadRow>(
    `WITH area_day AS MATERIALIZED (SELECT $1::uuid AS grid_area_id, d.* FROM unnest($2::date[], $3::timestamptz[], $4::text[]) d (day, cut_off_at, day_type)),
     demand AS (${DEMAND_OF_CONTRACTS})
     SELECT a.day, a.day_type, d.expected_watt_hours, l.code, l.year, l.version, l.dynamised, energy.profile_period(l.seasonal, a.day) AS period
     FROM area_day a JOIN demand d ON d.delivery_day = a.day
     CROSS JOIN LATERAL (
       SELECT l.* FROM energy.load_profile l WHERE l.code = d.profile AND l.year <= extract(year FROM a.day)::int ORDER BY l.year DESC, l.version DESC LIMIT 1
     ) l
     WHERE d.expected_watt_hours <> 0`,
    [areaDays[0]!.gridAreaId, areaDays.map(({ day }) => day), days.map(({ cut_off_at: cutOffAt }) => cutOffAt), areaDays.map(({ dayType }) => dayType)],
  );
  const values = await profileDaysOf(at, [...new Map(rows.map((row) => [keyOf(row), row])).values()]);
  const factors = new Map(areaDays.map(({ day, dynamisation }) => [day, dynamisation]));
  const spread = new Map<LocalDate, SpreadEnergy[]>();
  for (const row of rows) {
    const energies = spread.get(row.day) ?? [];
    energies.push({ wattHours: row.expected_watt_hours, factor: row.dynamised ? factors.get(row.day)! : '1', profile: values.get(keyOf(row))! });
    spread.set(row.day, energies);
  }
  return spread;
}

/** Values of load profiles that have been read of a database; they never change, and every area asks for the same. */
const kept = new WeakMap<Tx['client'] | Db['pool'], Map<string, ProfileDay>>();
/** Those of all profiles for two years; a few kilobytes each. */
const KEPT_PROFILE_DAYS = 1_000;

async function profileDaysOf(at: Tx | Db<any>, keys: readonly ProfileKey[]): Promise<ReadonlyMap<string, ProfileDay>> {
  const connection = 'client' in at ? at.client : at.pool;
  const before = kept.get(connection);
  const known = before && before.size <= KEPT_PROFILE_DAYS ? before : new Map<string, ProfileDay>();
  kept.set(connection, known);
  const missing = keys.filter((key) => !known.has(keyOf(key)));
  if (missing.length > 0) for (const [key, day] of await readProfileDays(at, missing)) known.set(key, day);
  return known;
}

async function readProfileDays(at: Queryable, keys: readonly ProfileKey[]): Promise<[string, ProfileDay][]> {
  const rows = await at.sql<ProfileKey & { values: DecimalText[] }>`
    SELECT k.*, v.values
    FROM unnest(${keys.map(({ code }) => code)}::text[], ${keys.map(({ year }) => year)}::int[], ${keys.map(({ version }) => version)}::int[],
      ${keys.map(({ period }) => period)}::int[], ${keys.map((key) => key.day_type)}::text[]) k (code, year, version, period, day_type)
    CROSS JOIN LATERAL (
      SELECT array_agg(v.value ORDER BY v.slot) AS values FROM energy.slp_profile v WHERE v.code = k.code AND v.year = k.year AND v.version = k.version AND v.month = k.period AND v.day_type = k.day_type
    ) v`;
  return rows.map((row) => [keyOf(row), toProfileDay(row.values)]);
}

async function tradesIn(at: Queryable, gridAreaId: string, { from, until }: { from: Date; until: Date }): Promise<Deal[]> {
  type Row = { side: Deal['side']; from_at: Date; until_at: Date; kilowatts: bigint; price_eur_per_mwh: DecimalText };
  const { rows } = await at.query<Row>(
    `SELECT t.side, t.from_at, t.until_at, t.kilowatts, t.price_eur_per_mwh FROM ${STANDING_TRADES} t WHERE t.grid_area_id = $1 AND tstzrange(t.from_at, t.until_at) && tstzrange($2, $3)`,
    [gridAreaId, from, until],
  );
  return rows.map((row) => ({ side: row.side, from: row.from_at, until: row.until_at, kilowatts: row.kilowatts, pricePerMwh: row.price_eur_per_mwh }));
}
