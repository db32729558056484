// Meters of supplied locations, as metering tells of them.
import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { LocalDate } from '@stromgraph/kernel/time';

export type MeterExchange = Readonly<{ exchangeId: string; maloId: string; oldMeterNumber: string; newMeterNumber: string; exchangedAt: string }>;

/** A meter hangs for a contract from a day on. */
export const addInstalledMeter = (tx: Tx, { contractId, meterNumber, from }: { contractId: string; meterNumber: string; from: LocalDate }): Promise<unknown> =>
  tx.sql`INSERT INTO contracts.installed_meter (contract_id, meter_number, from_on) VALUES (${contractId}, ${meterNumber}, ${from}) ON CONFLICT DO NOTHING`;

/** Supplies of the location that name the old meter end, or are cancelled where it never measured for them, and go on with the new one. Exchanges may come in any order. */
export async function followExchange(tx: Tx, exchange: MeterExchange): Promise<void> {
  await tx.sql`INSERT INTO contracts.meter_exchange (exchange_id, malo_id, old_meter_number, new_meter_number, exchanged_at)
    VALUES (${exchange.exchangeId}, ${exchange.maloId}, ${exchange.oldMeterNumber}, ${exchange.newMeterNumber}, ${exchange.exchangedAt}::timestamptz) ON CONFLICT (exchange_id) DO NOTHING`;
  for (let next = await nextOf(tx, exchange.maloId); next; next = await nextOf(tx, exchange.maloId)) await replaceMeter(tx, next);
}

type Replacement = Readonly<{ id: string; status: string; until: LocalDate | null; from: LocalDate; begins: boolean; meterNumber: string }>;

/** A supply whose meter was exchanged since it has named it: not before it was hung there again. */
async function nextOf(tx: Tx, maloId: string): Promise<Replacement | null> {
  const [next] = await tx.sql<Replacement>`
    SELECT m.id, m.change_status AS status, m.valid_until AS until, greatest(m.valid_from, e.exchanged_on) AS from, m.valid_from >= e.exchanged_on AS begins, e.new_meter_number AS "meterNumber"
    FROM contracts.market_location l JOIN contracts.customer_malo m ON m.market_location_id = l.id AND m.change_status IN ('CONFIRMED', 'SUPPLYING')
    JOIN LATERAL (
      SELECT x.*, (x.exchanged_at AT TIME ZONE 'Europe/Berlin')::date AS exchanged_on FROM contracts.meter_exchange x WHERE x.malo_id = l.malo_id AND x.old_meter_number = m.meter_number
        AND NOT EXISTS (SELECT FROM contracts.meter_exchange b WHERE b.malo_id = l.malo_id AND b.new_meter_number = m.meter_number AND b.exchanged_at > x.exchanged_at AND (b.exchanged_at AT TIME ZONE 'Europe/Berlin')::date <= m.valid_from)
      ORDER BY x.exchanged_at LIMIT 1
    ) e ON m.valid_until IS NULL OR e.exchanged_on < m.valid_until
    WHERE l.malo_id = ${maloId} ORDER BY m.valid_from, m.id LIMIT 1 FOR UPDATE OF m`;
  return next ?? null;
}

async function replaceMeter(tx: Tx, { id, status, until, from, begins, meterNumber }: Replacement): Promise<void> {
  await tx.sql`UPDATE contracts.customer_malo SET change_status = ${begins ? 'CANCELLED' : 'ENDED'}, valid_until = CASE WHEN ${begins}::boolean THEN valid_until ELSE ${from}::date END WHERE id = ${id}`;
  await tx.sql`INSERT INTO contracts.customer_malo SELECT ${newId()}::uuid, contract_id, customer_id, market_location_id, grid_operator_code,
    metering_operator_code, own_metering_operator, ${meterNumber}, previous_provider_code, previous_annual_watt_hours, possible_change_on,
    credit_accepted, ${status}, ${from}::date, ${until}::date FROM contracts.customer_malo WHERE id = ${id}`;
}
