import { quarterHourCount } from '../../world/berlin.ts';
import { swing } from '../../world/random.ts';
import { loadOfDay } from './load-curves.ts';
import { demandOfWeather } from './weather.ts';

/** By how much each round is off at most. */
const ERRORS: Readonly<Record<number, number>> = { 1: 0.025, 2: 0.015, 3: 0.008 };

/** Demand in watt-hours per quarter hour: the portfolio on its profiles, moved by the weather that the seed makes. */
export function forecastDemand({
  seed,
  gridArea,
  day,
  round,
  kwhPerYear,
}: {
  seed: string;
  gridArea: string;
  day: string;
  /** How well the weather is known: 0 not at all, 1 in the morning before, 2 at noon, 3 and later when it has come. */
  round: number;
  kwhPerYear: Readonly<Record<string, number>>;
}): number[] {
  const known = round === 0 ? 1 : demandOfWeather({ seed, gridArea, day });
  const guessed = ERRORS[round] ?? 0;
  const weather = known + guessed * swing(seed, `guess ${round}`, gridArea, day);
  const curves = Object.entries(kwhPerYear).map(([profile, kwh]) =>
    loadOfDay(profile, day).map((value) => (value * kwh) / 1_000_000),
  );
  return Array.from({ length: quarterHourCount(day) }, (_, index) => {
    const kwh = curves.reduce((sum, curve) => sum + (curve[index] ?? 0), 0);
    return Math.round(kwh * 1000 * weather * (1 + 0.01 * swing(seed, 'quarter', round, gridArea, day, index)));
  });
}
