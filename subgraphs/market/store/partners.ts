import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { MarketPartner, MarketRole } from '../messages/partner.ts';
import type { Us } from '../messages/start-of-supply.ts';

export async function partnersByCode(db: Queryable, codes: readonly string[]): Promise<MarketPartner[]> {
  return db.sql<{ code: string; role: MarketRole; name: string | null }>`SELECT code, role, name FROM market.market_partner WHERE code = ANY (${codes}::text[])`;
}

/** A partner is known from the first message to it; a role stays with its code. */
export async function knowPartner(tx: Tx, { code, role }: { code: string; role: MarketRole }, at: Date): Promise<void> {
  await tx.sql`INSERT INTO market.market_partner (code, role, created_at) VALUES (${code}, ${role}, ${at}) ON CONFLICT (code) DO NOTHING`;
}

/** Under which code we apply, and in which balancing group. A new code takes the place of the old one. */
export async function rememberUs(tx: Tx, { supplierCode, balancingGroup }: Us, at: Date): Promise<void> {
  await tx.sql`UPDATE market.market_partner SET own_balancing_group = NULL WHERE own_balancing_group IS NOT NULL AND code <> ${supplierCode}`;
  await tx.sql`
    INSERT INTO market.market_partner (code, role, own_balancing_group, created_at) VALUES (${supplierCode}, 'LF', ${balancingGroup}, ${at})
    ON CONFLICT (code) DO UPDATE SET own_balancing_group = excluded.own_balancing_group WHERE market_partner.own_balancing_group IS DISTINCT FROM excluded.own_balancing_group`;
}

/** Workers write it at their start; before that nothing can be applied for. */
export async function whoWeAre(db: Queryable): Promise<Us> {
  const [row] = await db.sql<{ code: string; own_balancing_group: string }>`SELECT code, own_balancing_group FROM market.market_partner WHERE own_balancing_group IS NOT NULL`;
  if (!row) throw new Error('our own supplier code is not known yet');
  return { supplierCode: row.code, balancingGroup: row.own_balancing_group };
}
