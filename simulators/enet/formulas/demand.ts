import { quarterHourCount } from '../../world/berlin.ts';
import { swing } from '../../world/random.ts';
import { loadOfDay } from './load-curves.ts';

/** Day-ahead demand in watt-hours per quarter hour: the portfolio on its profiles, moved by the weather that the seed makes. */
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
  /** 1 in the morning, 2 at noon, which knows the weather better. */
  round: number;
  kwhPerYear: Readonly<Record<string, number>>;
}): number[] {
  const weather =
    1 + 0.05 * swing(seed, 'weather', gridArea, day) + (round === 1 ? 0.02 * swing(seed, 'first guess', gridArea, day) : 0);
  const curves = Object.entries(kwhPerYear).map(([profile, kwh]) =>
    loadOfDay(profile, day).map((value) => (value * kwh) / 1_000_000),
  );
  return Array.from({ length: quarterHourCount(day) }, (_, index) => {
    const kwh = curves.reduce((sum, curve) => sum + (curve[index] ?? 0), 0);
    return Math.round(kwh * 1000 * weather * (1 + 0.01 * swing(seed, 'quarter', gridArea, day, index)));
  });
}
