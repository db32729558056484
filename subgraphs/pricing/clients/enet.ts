// What pricing reads of the data service's publications.
import type { ContentInvalid, DataService } from '@stromgraph/kernel/data-service';
import { isProblem, problem } from '@stromgraph/kernel/problem';
import { z } from 'zod';
import { type Curve, daysOfPrices } from '../curves/curve.ts';

export const ENET = 'ENET';

const Hpfc = z.object({
  curveDay: z.iso.date(),
  version: z.int().positive(),
  publishedAt: z.iso.datetime().transform((text) => new Date(text)),
  from: z.iso.date(),
  until: z.iso.date(),
  resolution: z.enum(['PT15M', 'PT60M']),
  unit: z.literal('EUR/MWh'),
  prices: z.array(z.string().regex(/^-?\d{1,7}(\.\d{1,5})?$/)),
});

/** Null while there is none. */
export async function readCurve({ get }: DataService, href: string): Promise<Curve | ContentInvalid | null> {
  const body = await get(href, Hpfc, { absent: 404 });
  if (body === null || isProblem(body)) return body;
  const { curveDay, version, publishedAt, from, until, resolution, prices } = body;
  const minutes = resolution === 'PT15M' ? 15 : 60;
  const days = daysOfPrices({ from, until, minutes }, prices);
  if (!days) return problem('ContentInvalid', `${href}: has not as many prices as its days have steps`, { href });
  return { tradingDay: curveDay, version, source: 'ENET', publishedAt, from, until, minutes, days };
}
