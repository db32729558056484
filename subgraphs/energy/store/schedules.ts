// What positions and trades make of a balancing group's day.
import type { Queryable } from '@stromgraph/kernel/database';
import { addDays, QUARTER_HOUR_MS, quarterHoursOf, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { Side } from '../hedging/trade.ts';
import { type Schedule, toWholeKilowatts } from '../nominations/schedule.ts';
import { areasOfGroupSql } from './balancing-groups.ts';
import { STANDING_TRADES } from './trades.ts';

/** The demand of the group's areas, rounded once to whole kilowatts, and its standing trades by counterparty and by area. */
export async function scheduleOf(db: Queryable, { groupId, day }: { groupId: string; day: LocalDate }): Promise<Schedule> {
  const [from, until] = [startOfDay(day), startOfDay(addDays(day, 1))];
  const starts = quarterHoursOf(day);
  const indexOf = (at: Date): number => (at.getTime() - from.getTime()) / QUARTER_HOUR_MS;
  const consumption = starts.map(() => 0n);
  const demand = await db.query<{ start_at: Date; watt_hours: bigint }>(
    `SELECT p.start_at, sum(p.demand_watt_hours)::bigint AS watt_hours FROM energy.current_position p WHERE p.grid_area_id IN (${areasOfGroupSql('$1', '$2::date')}) AND p.start_at >= $3 AND p.start_at < $4 GROUP BY 1`,
    [groupId, day, from, until],
  );
  for (const { start_at, watt_hours } of demand.rows) consumption[indexOf(start_at)] = toWholeKilowatts(watt_hours);
  const trades = await db.query<{ side: Side; counterparty: string; eic: string | null; grid_area_id: string; start_at: Date; watt_hours: bigint }>(
    `SELECT t.side, t.counterparty, c.eic, t.grid_area_id, q.start_at, sum(t.kilowatts * 250)::bigint AS watt_hours FROM ${STANDING_TRADES} t LEFT JOIN energy.counterparty c ON c.name = t.counterparty
     CROSS JOIN LATERAL generate_series(greatest(t.from_at, $3), least(t.until_at, $4) - interval '15 minutes', interval '15 minutes') q (start_at)
     WHERE t.grid_area_id IN (${areasOfGroupSql('$1', '$2::date')}) AND t.from_at < $4 AND t.until_at > $3 GROUP BY 1, 2, 3, 4, 5`,
    [groupId, day, from, until],
  );
  const series = new Map<string, { side: Side; counterparty: string; counterpartyEic: string | null; wattHours: bigint[] }>();
  const areas = new Map<string, bigint[]>();
  for (const { side, counterparty, eic, grid_area_id, start_at, watt_hours } of trades.rows) {
    const key = `${side} ${counterparty}`;
    const one = series.get(key) ?? { side, counterparty, counterpartyEic: eic, wattHours: starts.map(() => 0n) };
    const [at, net] = [indexOf(start_at), areas.get(grid_area_id) ?? starts.map(() => 0n)];
    one.wattHours[at]! += watt_hours;
    series.set(key, one);
    net[at]! += side === 'BUY' ? watt_hours : -watt_hours;
    areas.set(grid_area_id, net);
  }
  return { consumption, series: [...series.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one), areas: [...areas].map(([gridAreaId, net]) => ({ gridAreaId, net })) };
}
