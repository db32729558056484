import type { BerlinDay } from '../intervals/berlin-day.ts';
import type { Place } from '../intervals/day-columns.ts';
import { type Run, runOf, valueAt } from '../intervals/run.ts';
import type { GivenInterval, Rejection, Warning } from '../intervals/value.ts';
import { checkInterval, type Circumstances, isFault, isOfAPeriod, LENGTHS, mostWattHours } from './check-interval.ts';
import { intervalsFrom, type MeterFacts, type Supply } from './meter-facts.ts';
import { substituteFault } from './replacement.ts';

const MINUTE_MS = 60_000;

/** Values of a run that lie in one Berlin day and may be stored there: `count` of them from `from` on. */
export type Piece = Place & Readonly<{ run: Run; from: number; count: number }>;
export type Placed = { pieces: Piece[]; rejections: Rejection[]; warnings: Warning[] };
export type Surroundings = Circumstances & Readonly<{ dayOf: (instantMs: number) => BerlinDay }>;

/**
 * Puts values where they belong. A run is looked at as one, and only if something is wrong with it value by value. Of a register that had
 * no values yet the first one sets the length of all.
 */
export function placeRuns(runs: readonly Run[], meters: ReadonlyMap<string, MeterFacts>, surroundings: Surroundings): Placed {
  const placed: Placed = { pieces: [], rejections: [], warnings: [] };
  const lengths = new Map<number, number>();
  const accept = (run: Run, registerId: number, minutes: number, supply: Supply) => {
    const length = lengths.get(registerId) ?? minutes;
    lengths.set(registerId, length);
    const isFirst = meters.get(run.meterNumber)?.registers.get(run.obis)?.intervalMinutes === null;
    if (length === minutes) return void cutByDays(run, { registerId, minutes, supply, isFirst }, surroundings.dayOf, placed.pieces);
    const reason = `this register has intervals of ${length} minutes, not ${minutes}`;
    run.wattHours.forEach((_, at) => placed.rejections.push(rejectionOf(valueAt(run, at), { rule: 'R06', reason, registerId })));
  };
  for (const run of runs) {
    const meter = meters.get(run.meterNumber);
    const whole = placeWhole(run, meter, surroundings);
    if (whole) accept(run, whole.registerId, whole.minutes, whole.supply);
    else
      run.wattHours.forEach((_, at) => {
        const value = valueAt(run, at);
        const outcome = checkInterval(value, meter, surroundings);
        if (isFault(outcome)) return void placed.rejections.push(rejectionOf(value, outcome));
        placed.warnings.push(...outcome.warnings);
        accept(runOf(outcome.given), outcome.registerId, outcome.minutes, outcome.supply);
      });
  }
  return placed;
}

/** The place of a run with which nothing is wrong at all, looked at by its ends and its extremes; null where a value needs a look. */
function placeWhole(run: Run, meter: MeterFacts | undefined, { nowMs, oldestMs }: Surroundings) {
  const register = meter?.registers.get(run.obis);
  const minutes = run.stepMs / MINUTE_MS;
  const [startMs, endMs] = [run.startMs, run.startMs + run.wattHours.length * run.stepMs];
  if (!meter || !register || !LENGTHS.includes(minutes) || startMs % run.stepMs !== 0 || endMs > nowMs || startMs < oldestMs || !isOfAPeriod(run.obis)) return null;
  if (register.intervalMinutes !== null && register.intervalMinutes !== minutes) return null;
  if (substituteFault(run.status, run)) return null;
  const around = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }) => fromMs <= startMs && endMs <= untilMs;
  // A later contract comes first: where the first that touches does not hold all, each value finds its own.
  const stay = meter.stays.find((each) => intervalsFrom(each, run.stepMs) <= startMs && endMs <= each.untilMs);
  const supply = stay?.supplies.find(({ fromMs, untilMs }) => fromMs < endMs && startMs < untilMs);
  if (!supply || !around(supply)) return null;
  let [least, most] = [Infinity, -Infinity];
  for (const value of run.wattHours) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least < 0 || most > mostWattHours(supply, minutes) ? null : { registerId: register.registerId, minutes, supply };
}

function cutByDays(run: Run, place: Omit<Place, 'day'>, dayOf: Surroundings['dayOf'], pieces: Piece[]): void {
  for (let from = 0; from < run.wattHours.length; ) {
    const startMs = run.startMs + from * run.stepMs;
    const day = dayOf(startMs);
    const count = Math.min(run.wattHours.length - from, Math.ceil((day.untilMs - startMs) / run.stepMs));
    pieces.push({ ...place, run, from, count, day });
    from += count;
  }
}

export const rejectionOf = (given: GivenInterval, { rule, reason, registerId }: Pick<Rejection, 'rule' | 'reason' | 'registerId'>): Rejection => ({
  row: given.row,
  path: given.path,
  meterNumber: given.meterNumber,
  obis: given.obis,
  startMs: given.startMs,
  rule,
  reason,
  registerId,
});
