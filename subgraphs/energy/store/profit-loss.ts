import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import { newId } from '@stromgraph/kernel/ids';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Amounts, NextProfitLoss, ProfitLossState, ProfitLossVersion, ValuedAt } from '../profit/profit-loss.ts';

export type AmountsRow = {
  purchased_watt_hours: WattHours;
  purchased_cents: Cents;
  resold_watt_hours: WattHours;
  resold_cents: Cents;
  sold_watt_hours: WattHours;
  sold_cents: Cents;
  imbalance_watt_hours: WattHours;
  imbalance_cents: Cents;
  margin_cents: Cents;
};
type Row = AmountsRow & {
  id: string;
  grid_area_id: string;
  delivery_day: LocalDate;
  version: number;
  calculated_at: Date;
  state: ProfitLossState;
  valued_at: ValuedAt;
  price_effect_cents: Cents;
  volume_effect_cents: Cents;
  deals_effect_cents: Cents;
  imbalance_effect_cents: Cents;
  consumption_watt_hours: WattHours[];
  scheduled_watt_hours: WattHours[];
  eur_per_mwh: (DecimalText | null)[];
};

/** The newest versions of an area's days. */
export async function newestProfitLoss(at: Queryable, gridAreaId: string, days: readonly LocalDate[]): Promise<ProfitLossVersion[]> {
  const rows = await at.sql<Row>`
    SELECT DISTINCT ON (delivery_day) * FROM energy.profit_loss WHERE grid_area_id = ${gridAreaId} AND delivery_day = ANY (${days}::date[]) ORDER BY delivery_day, version DESC`;
  return rows.map(toProfitLoss);
}

/** Adds the next versions; answers them as they are stored. */
export async function addProfitLoss(tx: Tx, versions: readonly (NextProfitLoss & { version: number })[], calculatedAt: Date): Promise<ProfitLossVersion[]> {
  if (versions.length === 0) return [];
  const given = versions.map(({ effects, ...version }) => ({ ...version, ...Object.fromEntries(Object.entries(effects).map(([name, cents]) => [`effect_${name}`, cents])), id: newId<'profit-loss'>() }));
  const rows = await tx.sql<Row>`
    INSERT INTO energy.profit_loss (id, grid_area_id, delivery_day, version, calculated_at, state, valued_at, purchased_watt_hours, purchased_cents, resold_watt_hours, resold_cents, sold_watt_hours, sold_cents,
      imbalance_watt_hours, imbalance_cents, margin_cents, price_effect_cents, volume_effect_cents, deals_effect_cents, imbalance_effect_cents, consumption_watt_hours, scheduled_watt_hours, eur_per_mwh)
    SELECT g.id, g."gridAreaId", g."deliveryDay", g.version, ${calculatedAt}, g.state, g."valuedAt", g."purchasedWattHours", g."purchasedCents", g."resoldWattHours", g."resoldCents", g."soldWattHours", g."soldCents",
      g."imbalanceWattHours", g."imbalanceCents", g."marginCents", g."effect_priceCents", g."effect_volumeCents", g."effect_dealsCents", g."effect_imbalanceCents", g."consumptionWattHours", g."scheduledWattHours", g."eurPerMwh"
    FROM jsonb_to_recordset(${JSON.stringify(given, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}::jsonb) AS g (id uuid, "gridAreaId" uuid, "deliveryDay" date, version int, state text, "valuedAt" text,
      "purchasedWattHours" bigint, "purchasedCents" bigint, "resoldWattHours" bigint, "resoldCents" bigint, "soldWattHours" bigint, "soldCents" bigint, "imbalanceWattHours" bigint, "imbalanceCents" bigint, "marginCents" bigint,
      "effect_priceCents" bigint, "effect_volumeCents" bigint, "effect_dealsCents" bigint, "effect_imbalanceCents" bigint, "consumptionWattHours" bigint[], "scheduledWattHours" bigint[], "eurPerMwh" numeric[])
    ORDER BY g."deliveryDay" RETURNING *`;
  return rows.map(toProfitLoss);
}

export const toAmounts = (row: AmountsRow): Amounts => ({
  purchasedWattHours: row.purchased_watt_hours,
  purchasedCents: row.purchased_cents,
  resoldWattHours: row.resold_watt_hours,
  resoldCents: row.resold_cents,
  soldWattHours: row.sold_watt_hours,
  soldCents: row.sold_cents,
  imbalanceWattHours: row.imbalance_watt_hours,
  imbalanceCents: row.imbalance_cents,
  marginCents: row.margin_cents,
});

const toProfitLoss = (row: Row): ProfitLossVersion => ({
  ...toAmounts(row),
  id: row.id,
  gridAreaId: row.grid_area_id,
  deliveryDay: row.delivery_day,
  version: row.version,
  calculatedAt: row.calculated_at,
  state: row.state,
  valuedAt: row.valued_at,
  effects: { priceCents: row.price_effect_cents, volumeCents: row.volume_effect_cents, dealsCents: row.deals_effect_cents, imbalanceCents: row.imbalance_effect_cents },
  consumptionWattHours: row.consumption_watt_hours,
  scheduledWattHours: row.scheduled_watt_hours,
  eurPerMwh: row.eur_per_mwh,
});
