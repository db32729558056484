import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Address, Premise, PremiseMeter } from '../record/customer.ts';

/** The customer's premise at this address, made now unless there is one; `id` is the new one's. */
export async function premiseAt(tx: Tx, customerId: string, address: Address, id: string, at: Date): Promise<string> {
  const [row] = await tx.sql<{ id: string }>`
    INSERT INTO customers.premise (id, customer_id, street, house_number, postal_code, city, district, country, created_at)
    VALUES (${id}, ${customerId}, ${address.street}, ${address.houseNumber}, ${address.postalCode}, ${address.city}, ${address.district}, ${address.country}, ${at})
    ON CONFLICT (customer_id, country, postal_code, lower(city), lower(street), lower(house_number)) DO UPDATE SET district = coalesce(premise.district, excluded.district)
    RETURNING id`;
  return row!.id;
}

export const addMarketLocation = (tx: Tx, { premiseId, customerId, marketLocationId, maloId }: { premiseId: string; customerId: string; marketLocationId: string; maloId: string }) => tx.sql`
  INSERT INTO customers.premise_market_location (premise_id, customer_id, market_location_id, malo_id) VALUES (${premiseId}, ${customerId}, ${marketLocationId}, ${maloId})
  ON CONFLICT (market_location_id, customer_id) DO UPDATE SET premise_id = excluded.premise_id, malo_id = excluded.malo_id`;

/** A meter lies where its contract's market location does. */
export const addMeter = (tx: Tx, { contractId, customerId, meterId, meterNumber, maloId, from }: { contractId: string; customerId: string; meterId: string; meterNumber: string; maloId: string; from: LocalDate }) => tx.sql`
  INSERT INTO customers.premise_meter (premise_id, customer_id, meter_id, meter_number, malo_id, installed_on)
  SELECT premise_id, customer_id, ${meterId}::uuid, ${meterNumber}, ${maloId}, ${from}::date
  FROM customers.contract_ref WHERE contract_id = ${contractId} AND customer_id = ${customerId} AND premise_id IS NOT NULL
  ON CONFLICT (meter_id, customer_id) DO UPDATE SET premise_id = excluded.premise_id, malo_id = excluded.malo_id, installed_on = least(premise_meter.installed_on, excluded.installed_on), removed_on = NULL`;

/** A meter measures for one customer at a time. */
export const removeFromOthers = (tx: Tx, { customerId, meterId, from }: { customerId: string; meterId: string; from: LocalDate }) => tx.sql`
  UPDATE customers.premise_meter SET removed_on = greatest(installed_on, ${from}::date) WHERE meter_id = ${meterId} AND customer_id <> ${customerId} AND removed_on IS NULL`;

export const removeMeter = (tx: Tx, { meterId, maloId, on }: { meterId: string; maloId: string; on: LocalDate }) => tx.sql`
  UPDATE customers.premise_meter SET removed_on = greatest(installed_on, ${on}::date) WHERE meter_id = ${meterId} AND malo_id = ${maloId} AND removed_on IS NULL`;

type Row = Readonly<{
  id: string; street: string; house_number: string; postal_code: string; city: string; district: string | null; country: string;
  malo_ids: string[]; meters: PremiseMeter[];
}>;

const SELECT_PREMISES = `
  SELECT p.*,
    ARRAY(SELECT l.malo_id FROM customers.premise_market_location l WHERE l.premise_id = p.id ORDER BY l.malo_id) AS malo_ids,
    coalesce((SELECT jsonb_agg(jsonb_build_object('meterId', m.meter_id, 'meterNumber', m.meter_number, 'maloId', m.malo_id, 'installedOn', m.installed_on, 'removedOn', m.removed_on) ORDER BY m.installed_on, m.meter_number)
      FROM customers.premise_meter m WHERE m.premise_id = p.id), '[]') AS meters
  FROM customers.premise p`;

export const premisesOf = async (db: Queryable, customerId: string, after: string | null, limit: number): Promise<Premise[]> =>
  (await db.query<Row>(`${SELECT_PREMISES} WHERE p.customer_id = $1 AND ($2::uuid IS NULL OR p.id > $2) ORDER BY p.id LIMIT $3`, [customerId, after, limit])).rows.map(toPremise);

export const premisesById = async (db: Queryable, ids: readonly string[]): Promise<Premise[]> =>
  (await db.query<Row>(`${SELECT_PREMISES} WHERE p.id = ANY ($1::uuid[])`, [ids])).rows.map(toPremise);

const toPremise = (row: Row): Premise => ({
  id: row.id, maloIds: row.malo_ids, meters: row.meters,
  address: { street: row.street, houseNumber: row.house_number, postalCode: row.postal_code, city: row.city, district: row.district, country: row.country },
});
