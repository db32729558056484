import { addMs, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { Envelope } from './envelope.ts';

/** Application for the start of supply. */
export const START_OF_SUPPLY = '55001';

export type Us = Readonly<{ supplierCode: string; balancingGroup: string }>;
export type Application = Readonly<{
  processId: string;
  maloId: string;
  meterNumber: string;
  gridOperatorCode: string;
  reason: 'SUPPLIER_CHANGE' | 'MOVE_IN';
  startOn: LocalDate;
  expectedWattHours: bigint;
  household: boolean;
  documentNumber: string;
  transactionNumber: string;
  preparedAt: Date;
  customer: Readonly<{ firstName: string | null; lastName: string | null; company: string | null }>;
  address: Readonly<{ street: string; houseNumber: string; postalCode: string; city: string; district: string | null }>;
}>;

const REASONS = { MOVE_IN: 'E01', SUPPLIER_CHANGE: 'E03' } as const;
/** Profiles of 2025 for those who are balanced on a profile; the grid operator's confirmation has the last word. */
const PROFILES = { household: 'H25', business: 'G25' } as const;
const WATT_HOURS_PER_KWH = 1000n;

/** The 55001 that asks the grid operator to assign the market location to us. */
export function startOfSupply(application: Application, us: Us): Envelope {
  const { address, customer, maloId } = application;
  return {
    stammdaten: {
      MARKTLOKATION: [
        {
          boTyp: 'MARKTLOKATION', versionStruktur: '1', marktlokationsId: maloId, sparte: 'STROM', energierichtung: 'AUSSP',
          lokationsadresse: withoutNulls({ postleitzahl: address.postalCode, ort: address.city, ortsteil: address.district, strasse: address.street, hausnummer: address.houseNumber }),
        },
      ],
      ZAEHLER: [{ boTyp: 'ZAEHLER', versionStruktur: '1', zaehlernummer: application.meterNumber }],
      GESCHAEFTSPARTNER: [
        withoutNulls({ boTyp: 'GESCHAEFTSPARTNER', versionStruktur: '1', gewerbekennzeichnung: customer.company !== null, name1: customer.company ?? customer.lastName, name2: customer.company === null ? customer.firstName : null }),
      ],
      BILANZIERUNG: [
        {
          boTyp: 'BILANZIERUNG', versionStruktur: '1', bilanzkreis: us.balancingGroup,
          lastprofil: application.household ? PROFILES.household : PROFILES.business,
          jahresverbrauchsprognose: Number((application.expectedWattHours + WATT_HOURS_PER_KWH / 2n) / WATT_HOURS_PER_KWH),
        },
      ],
    },
    transaktionsdaten: {
      pruefidentifikator: START_OF_SUPPLY,
      transaktionsgrund: REASONS[application.reason],
      sparte: 'STROM',
      haushaltskunde: application.household,
      vertragsbeginn: application.startOn,
      vorgangsnummer: application.transactionNumber,
      dokumentennummer: application.documentNumber,
      nachrichtendatum: application.preparedAt.toISOString(),
      absender: partner(us.supplierCode, 'LF'),
      empfaenger: partner(application.gridOperatorCode, 'NB'),
    },
    zusatzdaten: { prozessId: application.processId, eventname: 'START_LIEFERBEGINN' },
  };
}

export type Numbers = Readonly<{ documentNumber: string; transactionNumber: string }>;

/** Where the numbers of a document come from: unique, and at most 35 characters as EDIFACT wants it. */
export const numbersOf = (messageId: string): Numbers => {
  const hex = messageId.replaceAll('-', '').toUpperCase();
  return { documentNumber: `D${hex}`, transactionNumber: `V${hex}` };
};

/** Once supply should have begun, an application for it has lost its sense: assignments are not made backwards. */
export const lapsesAt = (startOn: LocalDate): Date => startOfDay(startOn);

export const tooLate = (expiresAt: Date): string => `it could not be sent before ${expiresAt.toISOString()}`;

const SUBMISSION_HOURS = 24;
/** A signed contract is submitted within 24 hours. */
export const submissionDeadline = (signedAt: Date): Date => addMs(signedAt, SUBMISSION_HOURS * 3_600_000);

export const partner = (rollencodenummer: string, marktrolle: string) => ({ rollencodenummer, rollencodetyp: 'BDEW', marktrolle });

const withoutNulls = (fields: Record<string, unknown>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
