// What every kilowatt-hour in Germany costs beside energy and grid, by year; the newest known year stands in for later ones.
export type Levy = Readonly<{ name: 'KWKG' | 'OFFSHORE' | 'SPECIAL_GRID_USE' | 'ELECTRICITY_TAX'; year: number; milliCtPerKwh: number }>;

const BY_YEAR: Readonly<Record<number, readonly [kwkg: number, offshore: number, specialGridUse: number]>> = {
  2022: [378, 419, 437],
  2023: [357, 591, 417],
  2024: [275, 656, 643],
  2025: [277, 816, 1_558],
  2026: [446, 941, 1_559],
};
const TAX_MILLI_CT = 2_050;
const [FIRST_YEAR, LAST_YEAR] = [2022, 2026];

export function leviesOf(year: number): readonly Levy[] {
  const [kwkg, offshore, special] = BY_YEAR[Math.min(Math.max(year, FIRST_YEAR), LAST_YEAR)]!;
  return [
    { name: 'KWKG', year, milliCtPerKwh: kwkg },
    { name: 'OFFSHORE', year, milliCtPerKwh: offshore },
    { name: 'SPECIAL_GRID_USE', year, milliCtPerKwh: special },
    { name: 'ELECTRICITY_TAX', year, milliCtPerKwh: TAX_MILLI_CT },
  ];
}

export const taxOf = (year: number): number => leviesOf(year).find(({ name }) => name === 'ELECTRICITY_TAX')!.milliCtPerKwh;
export const leviesWithoutTaxOf = (year: number): number => leviesOf(year).reduce((sum, { name, milliCtPerKwh }) => (name === 'ELECTRICITY_TAX' ? sum : sum + milliCtPerKwh), 0);
