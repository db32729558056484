import { GRID_AREAS } from './grid-areas.ts';

/** A postal code with its district. One postal code may lie in two grid areas (97941 does). */
export type Place = Readonly<{
  postalCode: string;
  city: string;
  district: string;
  ags: string;
  dsoCode: string;
  dsoName: string;
  gridArea: string;
}>;

type Region = 'Nord' | 'Ost' | 'West' | 'Süd' | 'Südwest';

const ROWS: readonly (readonly [region: Region, ags: string, city: string, ...districts: (readonly [string, string])[]])[] = [
  ['Nord', '01002000', 'Kiel', ['24103', 'Altstadt'], ['24105', 'Düsternbrook'], ['24114', 'Südfriedhof']],
  ['Nord', '01001000', 'Flensburg', ['24937', 'Innenstadt'], ['24943', 'Mürwik']],
  ['Nord', '01003000', 'Lübeck', ['23552', 'Innenstadt'], ['23562', 'St. Jürgen']],
  ['Ost', '14713000', 'Leipzig', ['04109', 'Zentrum'], ['04229', 'Plagwitz']],
  ['Ost', '14612000', 'Dresden', ['01067', 'Altstadt'], ['01099', 'Neustadt']],
  ['Ost', '14511000', 'Chemnitz', ['09111', 'Zentrum'], ['09126', 'Bernsdorf']],
  ['West', '05913000', 'Dortmund', ['44135', 'Mitte'], ['44225', 'Hombruch']],
  ['West', '05113000', 'Essen', ['45127', 'Stadtkern'], ['45130', 'Rüttenscheid']],
  ['West', '05911000', 'Bochum', ['44787', 'Innenstadt'], ['44801', 'Querenburg']],
  ['Süd', '09564000', 'Nürnberg', ['90402', 'Lorenz'], ['90459', 'Südstadt']],
  ['Süd', '09362000', 'Regensburg', ['93047', 'Altstadt'], ['93051', 'Kumpfmühl']],
  ['Süd', '09663000', 'Würzburg', ['97070', 'Altstadt'], ['97084', 'Heidingsfeld']],
  ['Süd', '08128115', 'Tauberbischofsheim', ['97941', 'Impfingen']],
  ['Südwest', '08128115', 'Tauberbischofsheim', ['97941', 'Tauberbischofsheim']],
  ['Südwest', '08111000', 'Stuttgart', ['70173', 'Mitte'], ['70372', 'Bad Cannstatt']],
  ['Südwest', '08212000', 'Karlsruhe', ['76133', 'Innenstadt-West'], ['76227', 'Durlach']],
  ['Südwest', '08311000', 'Freiburg im Breisgau', ['79098', 'Altstadt'], ['79115', 'Haslach']],
];

export const PLACES: readonly Place[] = ROWS.flatMap(([region, ags, city, ...districts]) => {
  const area = GRID_AREAS.find(({ name }) => name === `Netzgebiet ${region}`);
  if (!area) throw new Error(`There is no grid area in ${region}.`);
  const { dsoCode, dsoName, gridArea } = area;
  return districts.map(([postalCode, district]) => ({ postalCode, city, district, ags, dsoCode, dsoName, gridArea }));
});
