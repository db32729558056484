import { addDays, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { Envelope } from './envelope.ts';
import { partner, type Numbers } from './start-of-supply.ts';

/** A schedule of a balancing group: it has no Prüfidentifikator, the clearing house makes an ESS document of it. */
export const SCHEDULE = 'SCHEDULE';

export type ScheduleSeries = Readonly<{ kind: 'PURCHASE' | 'SALE' | 'CONSUMPTION'; counterparty: string | null; counterpartyCode?: string | undefined; wattHours: readonly number[] }>;
export type Schedule = Readonly<{
  nominationId: string;
  balancingGroupCode: string;
  responsibleCode: string;
  coordinatorCode: string;
  deliveryDay: LocalDate;
  version: number;
  path: 'DAY_AHEAD' | 'INTRADAY';
  series: readonly ScheduleSeries[];
}>;

/** A01 day-ahead, A18 intraday. */
const PROCESS = { DAY_AHEAD: 'A01', INTRADAY: 'A18' } as const;
/** A02 trade between two balancing groups, A04 consumption. */
const BUSINESS = { PURCHASE: 'A02', SALE: 'A02', CONSUMPTION: 'A04' } as const;
const QUARTER_HOURS_PER_HOUR = 4;
const WATTS_PER_KILOWATT = 1000;

/** One identification for all versions of a group and day: a new version takes the place of the one before. */
export function scheduleMessage(schedule: Schedule, { documentNumber, transactionNumber, preparedAt }: Numbers & { preparedAt: Date }): Envelope {
  const { balancingGroupCode: group, deliveryDay, version, path, series } = schedule;
  return {
    stammdaten: {
      BILANZKREIS: [{ boTyp: 'BILANZKREIS', versionStruktur: '1', eic: group }],
      FAHRPLANZEITREIHE: series.map(({ kind, counterparty, counterpartyCode, wattHours }) => ({
        boTyp: 'FAHRPLANZEITREIHE', versionStruktur: '1', businessType: BUSINESS[kind], einheit: 'MAW', aufloesung: 'PT15M',
        ...partiesOf(kind, group, counterpartyCode ?? counterparty),
        werte: wattHours.map(megawatts),
      })),
    },
    transaktionsdaten: {
      nachrichtentyp: SCHEDULE, fahrplanId: `${group} ${deliveryDay}`, fahrplanversion: version, prozesstyp: PROCESS[path],
      zeitintervall: `${minutesOf(startOfDay(deliveryDay))}/${minutesOf(startOfDay(addDays(deliveryDay, 1)))}`,
      sparte: 'STROM', vorgangsnummer: transactionNumber, dokumentennummer: documentNumber, nachrichtendatum: preparedAt.toISOString(),
      absender: partner(schedule.responsibleCode, 'BKV'), empfaenger: partner(schedule.coordinatorCode, 'UENB'),
    },
    zusatzdaten: { prozessId: schedule.nominationId, eventname: 'FAHRPLAN' },
  };
}

/** Balancing groups by EIC; a counterparty whose group is not known by the name that trades have. */
const partiesOf = (kind: ScheduleSeries['kind'], group: string, other: string | null) =>
  kind === 'SALE' ? { inParty: other, outParty: group } : { inParty: group, ...(other !== null && { outParty: other }) };

/** Mean power of the quarter hour with three decimals: whole kilowatts, so nothing is rounded. */
function megawatts(wattHours: number): string {
  const kilowatts = (wattHours * QUARTER_HOURS_PER_HOUR) / WATTS_PER_KILOWATT;
  const digits = String(kilowatts).padStart(4, '0');
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

const minutesOf = (at: Date): string => `${at.toISOString().slice(0, 16)}Z`;
