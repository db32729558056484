import { z } from 'zod';
import type { Tx } from '@stromgraph/kernel/database';

/** A national levy or the electricity tax of a year. */
export const LevyLine = z.strictObject({
  name: z.enum(['KWKG', 'OFFSHORE', 'SPECIAL_GRID_USE', 'ELECTRICITY_TAX']),
  year: z.int().min(2020).max(2100),
  consumerGroup: z.enum(['A', 'B', 'C']),
  ctPerKwh: z.string().regex(/^\d{1,6}(\.\d{1,6})?$/),
  source: z.string().min(1),
});
export type LevyLine = z.infer<typeof LevyLine>;

export async function saveLevies(tx: Tx, levies: readonly LevyLine[]): Promise<void> {
  await tx.query(
    `INSERT INTO pricing.levy (name, year, consumer_group, ct_per_kwh, source)
     SELECT name, year, "consumerGroup", "ctPerKwh", source FROM jsonb_to_recordset($1) AS l (name text, year int, "consumerGroup" text, "ctPerKwh" numeric, source text)
     ON CONFLICT (name, year, consumer_group) DO UPDATE SET ct_per_kwh = excluded.ct_per_kwh, source = excluded.source`,
    [JSON.stringify(levies)],
  );
}
