import { swing } from '../../world/random.ts';

export type GridFees = Readonly<{
  standingEurPerYear: string;
  energyCentPerKwh: string;
  concessionCentPerKwh: string;
  meteringEurPerYear: Readonly<{ conventional: string; modern: string; smart: string }>;
}>;

const CONCESSION_CENT_PER_KWH = ['1.32', '1.59', '1.66', '1.99', '2.39'];

/** Net fees of a low-voltage customer. They rise by about 3 % a year. */
export function gridFeesOf({
  seed,
  gridArea,
  index,
  year,
  factor,
}: {
  seed: string;
  gridArea: string;
  index: number;
  year: number;
  factor: number;
}): GridFees {
  const trend = 1.03 ** (year - 2026) * factor;
  const amount = (value: number) => (Math.round(value * trend * 100) / 100).toFixed(2);
  return {
    standingEurPerYear: amount(85 + 20 * swing(seed, 'standing', gridArea)),
    energyCentPerKwh: amount(9 + 1.6 * swing(seed, 'energy', gridArea)),
    concessionCentPerKwh: CONCESSION_CENT_PER_KWH[index % CONCESSION_CENT_PER_KWH.length] as string,
    meteringEurPerYear: { conventional: amount(14 + 3 * swing(seed, 'metering', gridArea)), modern: '21.01', smart: '33.61' },
  };
}
