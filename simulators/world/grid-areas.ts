/** One grid area: a fictional network operator in a real German region, with well-formed codes. */
export type GridArea = Readonly<{
  /** EIC of type Y (area), with valid check character. */
  gridArea: string;
  name: string;
  dsoCode: string;
  dsoName: string;
  /** Network operator number inside metering location ids (DE + 6 digits + …). */
  dsoNumber: string;
  /** Default metering point operator of the area. */
  meteringOperatorCode: string;
  tsoCode: string;
  /** Control area, EIC of type Y. */
  controlArea: string;
  state: string;
  /** What the forecast assumes to be supplied there, in kWh a year by profile, until a portfolio is reported. */
  assumedKwhPerYear: Readonly<Record<string, number>>;
}>;

export const GRID_AREAS: readonly GridArea[] = [
  {
    gridArea: '11YSTROM-NORD--9',
    name: 'Netzgebiet Nord',
    dsoCode: '9999000100012',
    dsoName: 'Fördenetz GmbH',
    dsoNumber: '999101',
    meteringOperatorCode: '9999000200010',
    tsoCode: '9999000300018',
    controlArea: '10YDE-EON------1',
    state: 'SH',
    assumedKwhPerYear: { H25: 300_000, G25: 90_000, L25: 10_000 },
  },
  {
    gridArea: '11YSTROM-OST---O',
    name: 'Netzgebiet Ost',
    dsoCode: '9999000100020',
    dsoName: 'Pleißenetz GmbH',
    dsoNumber: '999102',
    meteringOperatorCode: '9999000200028',
    tsoCode: '9999000300026',
    controlArea: '10YDE-VE-------2',
    state: 'SN',
    assumedKwhPerYear: { H25: 320_000, G25: 80_000, L25: 12_000 },
  },
  {
    gridArea: '11YSTROM-WEST--B',
    name: 'Netzgebiet West',
    dsoCode: '9999000100038',
    dsoName: 'Ruhrbogen Netz GmbH',
    dsoNumber: '999103',
    meteringOperatorCode: '9999000200036',
    tsoCode: '9999000300034',
    controlArea: '10YDE-RWENET---I',
    state: 'NW',
    assumedKwhPerYear: { H25: 340_000, G25: 130_000, L25: 6_000 },
  },
  {
    gridArea: '11YSTROM-SUED--3',
    name: 'Netzgebiet Süd',
    dsoCode: '9999000100046',
    dsoName: 'Pegnitz-Donau-Netz GmbH',
    dsoNumber: '999104',
    meteringOperatorCode: '9999000200044',
    tsoCode: '9999000300018',
    controlArea: '10YDE-EON------1',
    state: 'BY',
    assumedKwhPerYear: { H25: 310_000, G25: 100_000, L25: 18_000 },
  },
  {
    gridArea: '11YSTROM-SUWESTL',
    name: 'Netzgebiet Südwest',
    dsoCode: '9999000100054',
    dsoName: 'Neckar-Rhein-Netz GmbH',
    dsoNumber: '999105',
    meteringOperatorCode: '9999000200052',
    tsoCode: '9999000300042',
    controlArea: '10YDE-ENBW-----N',
    state: 'BW',
    assumedKwhPerYear: { H25: 330_000, G25: 110_000, L25: 14_000 },
  },
];
