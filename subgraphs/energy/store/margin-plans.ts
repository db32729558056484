import type { Db } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import { forwardFigures } from '../positions/forward.ts';
import { monthOf } from '../profit/calendar.ts';
import { type MarginPlan, soldCentsOf } from '../profit/margin-plan.ts';
import { forwardInputs } from './forward-inputs.ts';
import { readWithHashJoins } from './hash-joins.ts';
import { areaDayParameters } from './position-figures.ts';
import { ENERGY_DAYS, PROFILE_DAYS } from './profile-shares.ts';

type Row = { grid_area_id: string; from_on: LocalDate; until_on: LocalDate; watt_hours: DecimalText; sold_cents: DecimalText };

/**
 * Per month and area, in this order: demand as positions have it, from the newest version of the shortest forecast horizon that covers a day and
 * by load profile elsewhere, at the newest forward curve and at what the month's customers pay on average.
 */
export async function marginPlans(db: Db<any>, areaDays: readonly AreaDay[]): Promise<MarginPlan[]> {
  const { rows } = await readWithHashJoins(db, (at) => at.query<Row>(STATEMENT, areaDayParameters(areaDays)));
  const figures = new Map<string, MarginPlan>();
  for (const gridAreaId of new Set(areaDays.map((day) => day.gridAreaId))) {
    const days = areaDays.filter((day) => day.gridAreaId === gridAreaId);
    const months = monthsOf(days.map(({ day }) => day));
    const periods = months.map(({ from, until }) => ({ step: 'MONTH' as const, from: startOfDay(from), until: startOfDay(until) }));
    const inputs = await forwardInputs(db, days, periods);
    for (const [index, figure] of forwardFigures(periods, { ...inputs, trades: [], limit: null }).entries()) {
      const { from, until } = months[index]!;
      const row = rows.find((one) => one.grid_area_id === gridAreaId && one.from_on === from)!;
      const { demandWattHours, valueCents, forecastIds } = figure;
      const costCents = demandWattHours === 0n ? 0n : valueCents; // nothing costs nothing, also beyond the curve
      figures.set(`${gridAreaId} ${from}`, { gridAreaId, from, until, demandWattHours, soldCents: soldCentsOf(demandWattHours, { wattHours: row.watt_hours, cents: row.sold_cents }), costCents, forecastIds });
    }
  }
  return rows.map((row) => figures.get(`${row.grid_area_id} ${row.from_on}`)!);
}

/** The months of days in order of time, the first and last as far as they have days. */
function monthsOf(days: readonly LocalDate[]): { from: LocalDate; until: LocalDate }[] {
  const months = [...new Set(days.map(monthOf))].toSorted();
  return months.map((month) => {
    const within = days.filter((day) => monthOf(day) === month).toSorted();
    return { from: within[0]!, until: addDays(within.at(-1)!, 1) };
  });
}

/** What contracts would use by load profile, and pay for it. */
const STATEMENT = `
  WITH area_day AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)),
  ${PROFILE_DAYS}, ${ENERGY_DAYS}
  SELECT d.grid_area_id, min(d.day) AS from_on, max(d.day) + 1 AS until_on, coalesce(sum(s.energy * v.share), 0) AS watt_hours, coalesce(sum(s.priced * v.share) / 1000, 0) AS sold_cents
  FROM area_day d
  LEFT JOIN energy_day s ON s.grid_area_id = d.grid_area_id AND s.day = d.day
  LEFT JOIN profile_day v ON v.day = d.day AND v.day_type = d.day_type AND v.code = s.profile
  GROUP BY date_trunc('month', d.day), d.grid_area_id ORDER BY min(d.day), d.grid_area_id`;
