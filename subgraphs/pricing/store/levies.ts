import type { Tx } from '@stromgraph/kernel/database';
import type { LevyLine } from '../campaigns/levy.ts';

export async function saveLevies(tx: Tx, levies: readonly LevyLine[]): Promise<void> {
  await tx.query(
    `INSERT INTO pricing.levy (name, year, consumer_group, ct_per_kwh, source)
     SELECT name, year, "consumerGroup", "ctPerKwh", source FROM jsonb_to_recordset($1) AS l (name text, year int,
       "consumerGroup" text, "ctPerKwh" numeric, source text)
     ON CONFLICT (name, year, consumer_group) DO UPDATE SET ct_per_kwh = excluded.ct_per_kwh, source = excluded.source`,
    [JSON.stringify(levies)],
  );
}
