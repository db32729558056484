// What an area's days of delivery are worth, from contracts, meters, trades, positions and prices as they now stand.
import type { Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import type { DayFigures, ProfitLossState, ValuedAt } from '../profit/profit-loss.ts';
import { consumptionSql, QUARTERS } from './consumption.ts';
import { STANDING_SUPPLY } from './demand.ts';
import { withHashJoins } from './hash-joins.ts';
import { areaDayParameters } from './position-figures.ts';
import { STANDING_TRADES } from './trades.ts';

type Row = {
  grid_area_id: string;
  day: LocalDate;
  state: ProfitLossState;
  valued_at: ValuedAt;
  purchased: bigint;
  cost: DecimalText;
  resold: bigint;
  proceeds: DecimalText;
  sold: DecimalText;
  consumption: WattHours[];
  scheduled: WattHours[];
  prices: (DecimalText | null)[];
};

/** The figures of one area's days; those before `today` are over. */
export async function profitLossFigures(tx: Tx, areaDays: readonly AreaDay[], today: LocalDate): Promise<DayFigures[]> {
  const { rows } = await withHashJoins(tx, (at) => at.query<Row>(STATEMENT, [...areaDayParameters(areaDays), today]));
  return rows.map((row) => ({
    gridAreaId: row.grid_area_id,
    deliveryDay: row.day,
    state: row.state,
    valuedAt: row.valued_at,
    purchased: { wattHours: row.purchased, cents: row.cost },
    resold: { wattHours: row.resold, cents: row.proceeds },
    soldCents: row.sold,
    consumptionWattHours: row.consumption,
    scheduledWattHours: row.scheduled,
    eurPerMwh: row.prices,
  }));
}

/**
 * Of the days alone, whatever else is known: a plan that is kept, and joins by hashes, would read all positions that there ever were. Quarter hours
 * are met by their start alone, a single key: by day and number, such a plan compares all of a day with all.
 */
const POSITIONS = `
  standing AS MATERIALIZED (
    SELECT p.start_at, p.demand_watt_hours, p.price_eur_per_mwh FROM energy.current_position p
    WHERE p.grid_area_id = ANY ($1) AND p.start_at = ANY (ARRAY(SELECT start_at FROM quarter))
  )`;

const SUPPLIED = `
  supplied AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.start_at, d.day_type, d.is_over AND c.metering_kind = 'INTERVAL' AS is_metered, c.contract_id, c.profile, c.expected_watt_hours AS expected, coalesce(p.energy_ct_per_kwh, 0) AS price
    FROM area_day d JOIN ${STANDING_SUPPLY} c ON c.grid_area_id = d.grid_area_id AND c.start_on <= d.day AND (c.end_on IS NULL OR d.day < c.end_on)
    LEFT JOIN energy.contract_price p USING (contract_id)
  )`;

/**
 * What counts of trades: their cost and proceeds as they stand now. Of a day that is over a quarter hour has scheduled what the last accepted
 * version that could still change it says of the area; without one nothing, and all that was bought is imbalance. Only where no group of ours
 * had to nominate it, as there is none or it was opened past the day's deadline, the trades are what was scheduled.
 */
const DEALS = `
  balanced AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, g.id AS group_id, g.opened_at <= (d.day - 1 + time '14:30') AT TIME ZONE 'Europe/Berlin' AS answers
    FROM area_day d JOIN energy.balancing_group g ON g.id = coalesce(
      (SELECT m.balancing_group_id FROM energy.balancing_group_area m WHERE m.grid_area_id = d.grid_area_id AND m.from_day <= d.day AND (m.until_day IS NULL OR d.day < m.until_day)),
      (SELECT r.id FROM energy.balancing_group r WHERE r.takes_the_rest))
    WHERE d.is_over
  ), said AS MATERIALIZED (
    SELECT q.start_at, coalesce(p.net_watt_hours[q.nth], 0) AS scheduled
    FROM balanced b JOIN quarter q ON q.grid_area_id = b.grid_area_id AND q.day = b.day
    LEFT JOIN LATERAL (
      SELECT n.id FROM energy.nomination n
      WHERE n.balancing_group_id = b.group_id AND n.delivery_day = b.day AND n.status = 'ACCEPTED' AND (n.path = 'DAY_AHEAD' OR q.start_at >= n.made_at + interval '15 minutes')
      ORDER BY n.version DESC LIMIT 1
    ) n ON true
    LEFT JOIN energy.nomination_area p ON p.nomination_id = n.id AND p.grid_area_id = b.grid_area_id
    WHERE n.id IS NOT NULL OR b.answers
  ), deal AS MATERIALIZED (
    SELECT q.start_at, sum(CASE t.side WHEN 'BUY' THEN t.kilowatts ELSE -t.kilowatts END * 250) AS net,
      sum(t.kilowatts * 250) FILTER (WHERE t.side = 'BUY') AS purchased, sum(t.kilowatts * 250 * t.price_eur_per_mwh) FILTER (WHERE t.side = 'BUY') AS cost,
      sum(t.kilowatts * 250) FILTER (WHERE t.side = 'SELL') AS resold, sum(t.kilowatts * 250 * t.price_eur_per_mwh) FILTER (WHERE t.side = 'SELL') AS proceeds
    FROM area_day d JOIN ${STANDING_TRADES} t ON t.grid_area_id = d.grid_area_id AND tstzrange(t.from_at, t.until_at) && tstzrange(d.start_at, d.end_at)
    CROSS JOIN LATERAL generate_series(greatest(t.from_at, d.start_at), least(t.until_at, d.end_at) - interval '15 minutes', interval '15 minutes') q (start_at)
    GROUP BY 1
  ), imbalance AS MATERIALIZED (
    SELECT d.day, i.final, i.eur_per_mwh FROM area_day d
    CROSS JOIN LATERAL (SELECT * FROM energy.imbalance_price i WHERE i.delivery_day = d.day ORDER BY i.version DESC LIMIT 1) i WHERE d.is_over
  )`;

/** Before its delivery a day has the demand and the curve's price of its positions; the average price of its customers is kept to six decimals. */
const STATEMENT = `
  WITH ${QUARTERS}, ${POSITIONS}, ${SUPPLIED}, ${consumptionSql('SELECT DISTINCT profile AS code FROM profile_energy')}, ${DEALS},
  figure AS (
    SELECT q.grid_area_id, q.day, q.is_over, i.final, q.nth, coalesce(x.scheduled, d.net, 0)::bigint AS scheduled, d.purchased, d.cost, d.resold, d.proceeds,
      CASE WHEN q.is_over THEN round(coalesce(k.watt_hours, 0) + coalesce(a.watt_hours, 0))::bigint ELSE coalesce(p.demand_watt_hours, 0) END AS consumption,
      coalesce(a.priced, 0) AS priced, a.watt_hours AS by_profile, p.price_eur_per_mwh AS curve_price, CASE WHEN i.day IS NULL THEN p.price_eur_per_mwh ELSE i.eur_per_mwh[q.nth] END AS price
    FROM quarter q
    LEFT JOIN known k ON k.start_at = q.start_at
    LEFT JOIN allocated a ON a.start_at = q.start_at
    LEFT JOIN deal d ON d.start_at = q.start_at
    LEFT JOIN said x ON x.start_at = q.start_at
    LEFT JOIN standing p ON p.start_at = q.start_at
    LEFT JOIN imbalance i ON i.day = q.day
  )
  SELECT f.grid_area_id, f.day, CASE WHEN f.is_over THEN 'REALISED' ELSE 'EXPECTED' END AS state,
    CASE WHEN f.final THEN 'FINAL' WHEN NOT f.final THEN 'ESTIMATE' WHEN count(f.curve_price) > 0 THEN 'CURVE' ELSE 'NOTHING' END AS valued_at,
    coalesce(sum(f.purchased), 0)::bigint AS purchased, coalesce(sum(f.cost), 0) / 10000 AS cost, coalesce(sum(f.resold), 0)::bigint AS resold, coalesce(sum(f.proceeds), 0) / 10000 AS proceeds,
    CASE WHEN f.is_over THEN sum(f.priced) + coalesce(m.priced, 0) ELSE sum(f.consumption) * coalesce(round(sum(f.priced) / nullif(sum(f.by_profile), 0), 6), 0) END / 1000 AS sold,
    array_agg(f.consumption ORDER BY f.nth) AS consumption, array_agg(f.scheduled ORDER BY f.nth) AS scheduled, array_agg(f.price ORDER BY f.nth) AS prices
  FROM figure f
  LEFT JOIN metered_sold m ON m.day = f.day
  GROUP BY f.grid_area_id, f.day, f.is_over, f.final, m.priced ORDER BY f.day`;
