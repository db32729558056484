// Schedules of balancing groups: what the transmission system operator looks at, and what it says.
import { addDays, dayOf, instantOf, quarterHourCount, readInstant } from '../world/berlin.ts';
import type { Answerable, Outcome } from './catalogue.ts';
import type { Envelope, Fault } from './envelope.ts';

const LIST = 'ESS_REASON';
const anomaly = (code: string): Outcome => ({ nachrichtentyp: 'SCHEDULE_ANOMALY', eventname: 'FAHRPLAN_ANOMALIE', codeList: LIST, code });

export const SCHEDULE_ANSWER: Answerable = {
  confirmation: { nachrichtentyp: 'SCHEDULE_CONFIRMATION', eventname: 'FAHRPLAN_BESTAETIGUNG', codeList: LIST, code: 'A06' },
  rejections: ['A09', 'A28', 'A29', 'A54'].map(anomaly),
};
/** The gate is closed: day-ahead after 14:30 of the day before, intraday after the last quarter hour that may still change. */
const TOO_LATE = anomaly('A57');
/** The version came before. */
const OLD_VERSION = anomaly('A51');

const DEADLINE = '14:30';
/** A change is told so long before its quarter hour. */
const LEAD_MS = 15 * 60_000;
const QUARTER_MS = 15 * 60_000;
const MAX_QUARTERS = 100;

/** The delivery day that a schedule says, from local midnight to local midnight; null when it is no day. */
export function deliveryDayOf({ transaktionsdaten: { zeitintervall } }: Envelope): string | null {
  if (typeof zeitintervall !== 'string') return null;
  const [start, end] = zeitintervall.split('/').map(readInstant) as [number | null, number | null | undefined];
  if (start === null || end == null) return null;
  const day = dayOf(start);
  return instantOf(day) === start && instantOf(addDays(day, 1)) === end ? day : null;
}

/** What is wrong with a schedule behind its shape: a whole day, a version, and as many values per series as the day has quarter hours. */
export function scheduleFaults(envelope: Envelope): Fault[] {
  const { stammdaten, transaktionsdaten: { fahrplanversion, prozesstyp } } = envelope;
  const day = deliveryDayOf(envelope);
  const series = stammdaten['FAHRPLANZEITREIHE'] ?? [];
  const faults: Fault[] = [];
  if (day === null) faults.push({ path: 'transaktionsdaten.zeitintervall', fault: 'DATE' });
  if (!Number.isInteger(fahrplanversion) || (fahrplanversion as number) < 1) faults.push({ path: 'transaktionsdaten.fahrplanversion', fault: 'REQUIRED' });
  if (prozesstyp !== 'A01' && prozesstyp !== 'A18') faults.push({ path: 'transaktionsdaten.prozesstyp', fault: 'UNKNOWN' });
  if (typeof groupOf(envelope) !== 'string') faults.push({ path: 'stammdaten.BILANZKREIS[0].eic', fault: 'REQUIRED' });
  const count = day === null ? MAX_QUARTERS : quarterHourCount(day);
  series.forEach(({ werte }, index) => {
    const isWhole = Array.isArray(werte) && (day === null || werte.length === count) && werte.every((value) => typeof value === 'string' && /^\d+\.\d{3}$/.test(value));
    if (!isWhole) faults.push({ path: `stammdaten.FAHRPLANZEITREIHE[${index}].werte`, fault: 'LENGTH' });
  });
  return faults;
}

/** Reasons that are not chance: the gate, and a version that is not higher than the last one. */
export function scheduleAnomaly(envelope: Envelope, { nowMs, lastVersion }: { nowMs: number; lastVersion: number }): Outcome | null {
  const day = deliveryDayOf(envelope);
  if (day === null) return null;
  const { prozesstyp, fahrplanversion } = envelope.transaktionsdaten;
  const gateMs = prozesstyp === 'A01' ? instantOf(addDays(day, -1), DEADLINE) : instantOf(addDays(day, 1)) - QUARTER_MS - LEAD_MS;
  if (Math.floor(nowMs / 1000) * 1000 > gateMs) return TOO_LATE;
  return (fahrplanversion as number) <= lastVersion ? OLD_VERSION : null;
}

/** What versions are counted by: the group and its day. */
export const scheduleKeyOf = (envelope: Envelope): string => `${String(groupOf(envelope))} ${deliveryDayOf(envelope)}`;

const groupOf = ({ stammdaten }: Envelope): unknown => stammdaten['BILANZKREIS']?.[0]?.['eic'];
