import { z } from 'zod';

/** A national levy or the electricity tax of a year. */
export const LevyLine = z.strictObject({
  name: z.enum(['KWKG', 'OFFSHORE', 'SPECIAL_GRID_USE', 'ELECTRICITY_TAX']),
  year: z.int().min(2020).max(2100),
  consumerGroup: z.enum(['A', 'B', 'C']),
  ctPerKwh: z.string().regex(/^\d{1,6}(\.\d{1,6})?$/),
  source: z.string().min(1),
});
export type LevyLine = z.infer<typeof LevyLine>;
