// A place is a postal code, a town and, where grid fees differ inside it, a district.
import { problem, type Problem } from './problem.ts';

export type PlaceName = Readonly<{ postalCode: string; city: string; district: string | null }>;
export type PlaceUnknown = Problem<'PlaceUnknown', { districts: readonly string[] }>;

/**
 * The place that is meant among those of one postal code. A town with one place needs no district; where several districts
 * differ, the answer names them.
 */
export function choosePlace<Place extends PlaceName>(candidates: readonly Place[], wanted: PlaceName): Place | PlaceUnknown {
  const inCity = candidates.filter(({ postalCode, city }) => postalCode === wanted.postalCode && isSame(city, wanted.city));
  const exact = inCity.find(({ district }) => isSame(district ?? '', wanted.district ?? ''));
  if (exact) return exact;
  if (inCity.length === 0)
    return problem('PlaceUnknown', `${wanted.postalCode} ${wanted.city} is not a place that we know.`, { districts: [] });
  const whole = inCity.find(({ district }) => district === null);
  if (whole) return whole;
  if (wanted.district === null && inCity.length === 1) return inCity[0]!;
  const districts = inCity.map(({ district }) => district ?? '').sort();
  return problem('PlaceUnknown', `${wanted.postalCode} ${wanted.city} has several districts: say which.`, { districts });
}

const isSame = (a: string, b: string) => a.trim().toLocaleLowerCase('de') === b.trim().toLocaleLowerCase('de');
