import { z } from 'zod';
import { parseInput } from '@stromgraph/kernel/input';
import { choosePlace } from '@stromgraph/kernel/place';
import { type InputInvalid, isProblem, problem, type Problem } from '@stromgraph/kernel/problem';
import { vatBasisPointsOn } from '@stromgraph/kernel/vat';
import type { Place } from '../campaigns/place.ts';
import type { DomainContext } from '../context.ts';
import { byCost, type Offer, offerOf } from '../quotes/quote.ts';
import { offersAt } from '../store/offers.ts';
import { placesOf } from '../store/places.ts';
import type { TariffNotFound } from '../tariffs/tariff.ts';

const QuoteShape = z.object({
  channel: z.string().min(1).max(40),
  postalCode: z.string().regex(/^\d{5}$/, 'is not a postal code of 5 digits'),
  city: z.string().trim().min(1).max(200),
  district: z.string().trim().min(1).max(200).nullish(),
  tariffId: z.uuid().nullish(),
  wattHoursPerYear: z.int().min(0).max(1_000_000_000_000),
  startOn: z.iso.date().nullish(),
});
type PlaceNotFound = Problem<'PlaceNotFound', { districts: readonly string[] }>;
type NoPriceOffered = Problem<'NoPriceOffered'>;

/** What a channel offers at a place for a year's consumption, each tariff once at its newest price. */
export async function quotePlace(
  ctx: DomainContext,
  given: unknown,
): Promise<{ place: Place; offers: Offer[] } | PlaceNotFound | TariffNotFound | NoPriceOffered | InputInvalid> {
  const input = parseInput(QuoteShape, given);
  if (isProblem(input)) return input;
  const { channel, tariffId = null, wattHoursPerYear } = input;
  if (tariffId && !(await ctx.loaders.tariff.load(tariffId)))
    return problem('TariffNotFound', `There is no tariff ${tariffId}.`, { tariffId });
  const place = choosePlace(await placesOf(ctx.db, input.postalCode), {
    postalCode: input.postalCode,
    city: input.city,
    district: input.district ?? null,
  });
  if (isProblem(place)) return problem('PlaceNotFound', place.message, { districts: place.districts });
  const today = await ctx.today();
  const startOn = input.startOn ?? today;
  const wattHours = BigInt(wattHoursPerYear);
  const prices = await offersAt(ctx.db, { channel, on: today, tariffId }, place, startOn);
  const fitting = prices.filter(
    ({ tariff }) => tariff.consumptionFromWattHours <= wattHours && wattHours < tariff.consumptionUntilWattHours,
  );
  if (fitting.length === 0)
    return problem(
      'NoPriceOffered',
      `${channel} offers no price for ${place.postalCode} ${place.city} from ${startOn} at this consumption.`,
    );
  return { place, offers: fitting.map((price) => offerOf(price, wattHours, vatBasisPointsOn(startOn))).sort(byCost) };
}
