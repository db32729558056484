// Where the demo's retailer supplies: fictional network operators with well-formed codes in real cities.
import type { State } from '@stromgraph/kernel/calendar';

export type DemoGridArea = Readonly<{
  /** EIC of type Y. */
  code: string;
  name: string;
  gridOperatorCode: string;
  gridOperatorName: string;
  /** The operator's number inside metering location ids. */
  dsoNumber: string;
  meteringOperatorCode: string;
  controlAreaCode: string;
  state: State;
  /** Net fees of a low-voltage customer in 2026; they rise by about 3 % a year. */
  gridFee: Readonly<{ workingMilliCtPerKwh: number; baseCentsPerYear: number; meteringCentsPerYear: number }>;
  /** Share of the customers. */
  weight: number;
}>;

export const GRID_AREAS: readonly DemoGridArea[] = [
  {
    code: '11YSTROM-NORD--9', name: 'Netzgebiet Nord', gridOperatorCode: '9999000100012', gridOperatorName: 'Fördenetz GmbH', dsoNumber: '999101',
    meteringOperatorCode: '9999000200010', controlAreaCode: '10YDE-EON------1', state: 'SH',
    gridFee: { workingMilliCtPerKwh: 9_120, baseCentsPerYear: 8_400, meteringCentsPerYear: 1_620 }, weight: 20,
  },
  {
    code: '11YSTROM-OST---O', name: 'Netzgebiet Ost', gridOperatorCode: '9999000100020', gridOperatorName: 'Pleißenetz GmbH', dsoNumber: '999102',
    meteringOperatorCode: '9999000200028', controlAreaCode: '10YDE-VE-------2', state: 'SN',
    gridFee: { workingMilliCtPerKwh: 8_740, baseCentsPerYear: 9_240, meteringCentsPerYear: 1_460 }, weight: 20,
  },
  {
    code: '11YSTROM-WEST--B', name: 'Netzgebiet West', gridOperatorCode: '9999000100038', gridOperatorName: 'Ruhrbogen Netz GmbH', dsoNumber: '999103',
    meteringOperatorCode: '9999000200036', controlAreaCode: '10YDE-RWENET---I', state: 'NW',
    gridFee: { workingMilliCtPerKwh: 7_950, baseCentsPerYear: 7_680, meteringCentsPerYear: 1_310 }, weight: 23,
  },
  {
    code: '11YSTROM-SUED--3', name: 'Netzgebiet Süd', gridOperatorCode: '9999000100046', gridOperatorName: 'Pegnitz-Donau-Netz GmbH', dsoNumber: '999104',
    meteringOperatorCode: '9999000200044', controlAreaCode: '10YDE-EON------1', state: 'BY',
    gridFee: { workingMilliCtPerKwh: 8_210, baseCentsPerYear: 8_160, meteringCentsPerYear: 1_530 }, weight: 17,
  },
  {
    code: '11YSTROM-SUWESTL', name: 'Netzgebiet Südwest', gridOperatorCode: '9999000100054', gridOperatorName: 'Neckar-Rhein-Netz GmbH', dsoNumber: '999105',
    meteringOperatorCode: '9999000200052', controlAreaCode: '10YDE-ENBW-----N', state: 'BW',
    gridFee: { workingMilliCtPerKwh: 9_580, baseCentsPerYear: 8_820, meteringCentsPerYear: 1_290 }, weight: 20,
  },
];
