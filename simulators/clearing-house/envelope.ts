import { readDay, readInstant } from '../world/berlin.ts';
import { maloFault, marketPartnerFault } from '../world/identifiers.ts';
import { entryOf, type Need } from './catalogue.ts';
import { scheduleFaults } from './schedule.ts';
import { reportFaults } from './sums.ts';

type Fields = Record<string, unknown>;

/** A market message as the clearing house takes and gives it. */
export type Envelope = { stammdaten: Record<string, Fields[]>; transaktionsdaten: Fields; zusatzdaten: Fields };
export type Fault = { path: string; fault: 'REQUIRED' | 'LENGTH' | 'CHARSET' | 'CHECKDIGIT' | 'UNKNOWN' | 'DATE' };

export const ENVELOPE_BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['stammdaten', 'transaktionsdaten', 'zusatzdaten'],
  properties: {
    stammdaten: { type: 'object', additionalProperties: { type: 'array', items: { type: 'object' } } },
    transaktionsdaten: { type: 'object' },
    zusatzdaten: { type: 'object' },
  },
} as const;

/** What the message is: its Prüfidentifikator, or its kind where it has none. */
export function identifierOf({ transaktionsdaten: { pruefidentifikator, nachrichtentyp } }: Envelope): string {
  const given = pruefidentifikator ?? nachrichtentyp;
  return typeof given === 'string' ? given : '';
}

export function maloOf({ stammdaten }: Envelope): string | undefined {
  const malo = stammdaten['MARKTLOKATION']?.[0]?.['marktlokationsId'];
  return typeof malo === 'string' ? malo : undefined;
}

export const partnerOf = (value: unknown): string | undefined => {
  const code = (value as Fields | undefined)?.['rollencodenummer'];
  return typeof code === 'string' ? code : undefined;
};

/** Everything that is wrong behind the shape. */
export function faultsOf(envelope: Envelope): Fault[] {
  const { transaktionsdaten: data } = envelope;
  const entry = entryOf(identifierOf(envelope));
  const faults: (Fault | Fault[] | null)[] = [
    entry
      ? null
      : { path: 'transaktionsdaten.pruefidentifikator', fault: identifierOf(envelope) === '' ? 'REQUIRED' : 'UNKNOWN' },
    ...['vorgangsnummer', 'dokumentennummer'].map((field) => requiredText(data, field)),
    instantFault(data['nachrichtendatum']),
    partnerFault('absender', data['absender']),
    data['empfaenger'] === undefined ? null : partnerFault('empfaenger', data['empfaenger']),
    ...(entry?.needs ?? []).map((need) => NEEDS[need](envelope)),
  ];
  return faults.flat().filter((fault) => fault !== null);
}

const NEEDS: Record<Need, (envelope: Envelope) => Fault | Fault[] | null> = {
  schedule: scheduleFaults,
  sums: reportFaults,
  malo: (envelope) => {
    const fault = maloFault(envelope.stammdaten['MARKTLOKATION']?.[0]?.['marktlokationsId']);
    return fault && { path: 'stammdaten.MARKTLOKATION[0].marktlokationsId', fault };
  },
  start: ({ transaktionsdaten }) => dayFault(transaktionsdaten, 'vertragsbeginn'),
  end: ({ transaktionsdaten }) => dayFault(transaktionsdaten, 'vertragsende'),
  reason: ({ transaktionsdaten: { transaktionsgrund } }) => {
    if (transaktionsgrund === 'E01' || transaktionsgrund === 'E03') return null;
    return { path: 'transaktionsdaten.transaktionsgrund', fault: transaktionsgrund === undefined ? 'REQUIRED' : 'UNKNOWN' };
  },
};

function requiredText(data: Fields, field: string): Fault | null {
  const value = data[field];
  if (value === undefined || value === '') return { path: `transaktionsdaten.${field}`, fault: 'REQUIRED' };
  if (typeof value !== 'string') return { path: `transaktionsdaten.${field}`, fault: 'CHARSET' };
  return value.length > 70 ? { path: `transaktionsdaten.${field}`, fault: 'LENGTH' } : null;
}

function dayFault(data: Fields, field: string): Fault | null {
  if (data[field] === undefined) return { path: `transaktionsdaten.${field}`, fault: 'REQUIRED' };
  return readDay(data[field]) === null ? { path: `transaktionsdaten.${field}`, fault: 'DATE' } : null;
}

function instantFault(value: unknown): Fault | null {
  if (value === undefined) return { path: 'transaktionsdaten.nachrichtendatum', fault: 'REQUIRED' };
  return readInstant(value) === null ? { path: 'transaktionsdaten.nachrichtendatum', fault: 'DATE' } : null;
}

function partnerFault(role: string, value: unknown): Fault | null {
  const fault = marketPartnerFault(partnerOf(value));
  return fault && { path: `transaktionsdaten.${role}.rollencodenummer`, fault };
}
