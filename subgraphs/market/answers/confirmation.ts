import { dayOf, isLocalDate, parseInstant, type LocalDate } from '@stromgraph/kernel/time';
import { type Envelope, firstOf, textAt } from '../messages/envelope.ts';

/** What the grid operator says of a market location that it assigns to us. */
export type Confirmation = Readonly<{
  maloId: string;
  startOn: LocalDate;
  gridOperatorCode: string;
  meteringOperatorCode: string | null;
  gridAreaCode: string;
  profile: string | null;
  meterNumber: string | null;
  meteringKind: 'PROFILE' | 'INTERVAL';
}>;

const INTERVAL_METERS = new Set(['INTELLIGENTES_MESSSYSTEM', 'LASTGANGZAEHLER']);

/** Reads a confirmation; null when it lacks what nobody may guess: market location, start, grid operator, grid area. */
export function readConfirmation(envelope: Envelope): Confirmation | null {
  const location = firstOf(envelope, 'MARKTLOKATION');
  const maloId = textAt(location, 'marktlokationsId');
  const gridAreaCode = textAt(location, 'bilanzierungsgebiet');
  const gridOperatorCode = textAt(location, 'netzbetreibercodenr') ?? textAt(envelope.transaktionsdaten, 'absender', 'rollencodenummer');
  const startOn = toDay(textAt(envelope.transaktionsdaten, 'vertragsbeginn'));
  if (maloId === null || gridAreaCode === null || gridOperatorCode === null || startOn === null) return null;
  const meter = firstOf(envelope, 'ZAEHLER');
  return {
    maloId, startOn, gridOperatorCode, gridAreaCode,
    meteringOperatorCode: textAt(firstOf(envelope, 'MESSLOKATION'), 'messstellenbetreibercodenr'),
    profile: textAt(firstOf(envelope, 'BILANZIERUNG'), 'lastprofil'),
    meterNumber: textAt(meter, 'zaehlernummer'),
    meteringKind: INTERVAL_METERS.has(textAt(meter, 'zaehlertyp') ?? '') ? 'INTERVAL' : 'PROFILE',
  };
}

/** Days come as such or as the instant of German midnight. */
function toDay(text: string | null): LocalDate | null {
  if (text === null) return null;
  if (isLocalDate(text)) return text;
  const instant = parseInstant(text);
  return instant && dayOf(instant);
}
