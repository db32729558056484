export type DemoPlace = Readonly<{
  postalCode: string;
  city: string;
  district: string | null;
  /** The municipality's official key. */
  ags: string;
  gridAreaCode: string;
  /** Of the operator, for tariff customers in low voltage. */
  concessionMilliCtPerKwh: number;
}>;

const place = (postalCode: string, city: string, district: string | null, ags: string, gridAreaCode: string, concessionMilliCtPerKwh: number): DemoPlace => ({
  postalCode, city, district, ags, gridAreaCode, concessionMilliCtPerKwh,
});

/** Real postal codes; 97941 lies in two grid areas, its district decides. */
export const PLACES: readonly DemoPlace[] = [
  place('24103', 'Kiel', 'Altstadt', '01002000', '11YSTROM-NORD--9', 1_990),
  place('24105', 'Kiel', 'Düsternbrook', '01002000', '11YSTROM-NORD--9', 1_990),
  place('24114', 'Kiel', 'Südfriedhof', '01002000', '11YSTROM-NORD--9', 1_990),
  place('24937', 'Flensburg', 'Innenstadt', '01001000', '11YSTROM-NORD--9', 1_590),
  place('24943', 'Flensburg', 'Mürwik', '01001000', '11YSTROM-NORD--9', 1_590),
  place('23552', 'Lübeck', 'Innenstadt', '01003000', '11YSTROM-NORD--9', 1_990),
  place('23562', 'Lübeck', 'St. Jürgen', '01003000', '11YSTROM-NORD--9', 1_990),
  place('04109', 'Leipzig', 'Zentrum', '14713000', '11YSTROM-OST---O', 2_390),
  place('04229', 'Leipzig', 'Plagwitz', '14713000', '11YSTROM-OST---O', 2_390),
  place('01067', 'Dresden', 'Altstadt', '14612000', '11YSTROM-OST---O', 2_390),
  place('01099', 'Dresden', 'Neustadt', '14612000', '11YSTROM-OST---O', 2_390),
  place('09111', 'Chemnitz', 'Zentrum', '14511000', '11YSTROM-OST---O', 1_990),
  place('09126', 'Chemnitz', 'Bernsdorf', '14511000', '11YSTROM-OST---O', 1_990),
  place('44135', 'Dortmund', 'Mitte', '05913000', '11YSTROM-WEST--B', 2_390),
  place('44225', 'Dortmund', 'Hombruch', '05913000', '11YSTROM-WEST--B', 2_390),
  place('45127', 'Essen', 'Stadtkern', '05113000', '11YSTROM-WEST--B', 2_390),
  place('45130', 'Essen', 'Rüttenscheid', '05113000', '11YSTROM-WEST--B', 2_390),
  place('44787', 'Bochum', 'Innenstadt', '05911000', '11YSTROM-WEST--B', 1_990),
  place('44801', 'Bochum', 'Querenburg', '05911000', '11YSTROM-WEST--B', 1_990),
  place('90402', 'Nürnberg', 'Lorenz', '09564000', '11YSTROM-SUED--3', 2_390),
  place('90459', 'Nürnberg', 'Südstadt', '09564000', '11YSTROM-SUED--3', 2_390),
  place('93047', 'Regensburg', 'Altstadt', '09362000', '11YSTROM-SUED--3', 1_990),
  place('93051', 'Regensburg', 'Kumpfmühl', '09362000', '11YSTROM-SUED--3', 1_990),
  place('97070', 'Würzburg', 'Altstadt', '09663000', '11YSTROM-SUED--3', 1_990),
  place('97084', 'Würzburg', 'Heidingsfeld', '09663000', '11YSTROM-SUED--3', 1_990),
  place('97941', 'Tauberbischofsheim', 'Impfingen', '08128115', '11YSTROM-SUED--3', 1_320),
  place('97941', 'Tauberbischofsheim', 'Tauberbischofsheim', '08128115', '11YSTROM-SUWESTL', 1_320),
  place('70173', 'Stuttgart', 'Mitte', '08111000', '11YSTROM-SUWESTL', 2_390),
  place('70372', 'Stuttgart', 'Bad Cannstatt', '08111000', '11YSTROM-SUWESTL', 2_390),
  place('76133', 'Karlsruhe', 'Innenstadt-West', '08212000', '11YSTROM-SUWESTL', 1_990),
  place('76227', 'Karlsruhe', 'Durlach', '08212000', '11YSTROM-SUWESTL', 1_990),
  place('79098', 'Freiburg im Breisgau', 'Altstadt', '08311000', '11YSTROM-SUWESTL', 1_990),
  place('79115', 'Freiburg im Breisgau', 'Haslach', '08311000', '11YSTROM-SUWESTL', 1_990),
];
