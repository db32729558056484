import { kwhText } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Envelope } from './envelope.ts';
import { partner, type Numbers } from './start-of-supply.ts';

/** Our sums of a balancing group for a month; the market's own come back as 13003. */
export const MABIS_REPORT = 'MABIS_REPORT';
/** LGS what was measured by the quarter hour, SLS what is balanced on load profiles. */
export const SERIES_TYPES = { MEASURED: 'LGS', PROFILE: 'SLS' } as const;

export type MabisReport = Readonly<{
  reportId: string;
  balancingGroupCode: string;
  responsibleCode: string;
  coordinatorCode: string;
  gridAreaCode: string;
  month: LocalDate;
  version: number;
  measuredWattHours: readonly number[];
  profiledWattHours: readonly number[];
}>;

export function mabisReportMessage(report: MabisReport, { documentNumber, transactionNumber, preparedAt }: Numbers & { preparedAt: Date }): Envelope {
  const series = (zeitreihentyp: string, wattHours: readonly number[]) => ({
    boTyp: 'SUMMENZEITREIHE', versionStruktur: '1', bilanzkreis: report.balancingGroupCode, bilanzierungsgebiet: report.gridAreaCode, zeitreihentyp, einheit: 'KWH', aufloesung: 'PT15M',
    werte: wattHours.map((value) => kwhText(BigInt(value))),
  });
  return {
    stammdaten: {
      BILANZKREIS: [{ boTyp: 'BILANZKREIS', versionStruktur: '1', eic: report.balancingGroupCode }],
      SUMMENZEITREIHE: [series(SERIES_TYPES.MEASURED, report.measuredWattHours), series(SERIES_TYPES.PROFILE, report.profiledWattHours)],
    },
    transaktionsdaten: {
      nachrichtentyp: MABIS_REPORT, monat: report.month, berichtsversion: report.version, sparte: 'STROM',
      vorgangsnummer: transactionNumber, dokumentennummer: documentNumber, nachrichtendatum: preparedAt.toISOString(),
      absender: partner(report.responsibleCode, 'BKV'), empfaenger: partner(report.coordinatorCode, 'BIKO'),
    },
    zusatzdaten: { prozessId: report.reportId, eventname: 'BILANZKREISSUMMEN' },
  };
}
