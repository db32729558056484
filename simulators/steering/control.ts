import { toInstantText } from '../world/berlin.ts';
import { randomStream } from '../world/random.ts';
import { makeClock, type Clock } from './clock.ts';

export type Fail = { status: number; probability?: number; count?: number };
export type CommonControl = { seed: string; slowMs: number; fail: Fail | null };

/** What a caller may send to `PUT /_control`: any of the fields, and what is done rather than kept. */
export type Change = Record<string, unknown> & { now?: string | null; running?: boolean; reset?: boolean };

export type Steering<C extends object> = {
  control: CommonControl & C;
  clock: Clock;
  change(change: Change): void;
  shown(): object;
  /** The status to fail this request with, or null. Uses up one of `fail.count`. */
  failure(): number | null;
};

export const COMMON_PROPERTIES = {
  seed: { type: 'string', minLength: 1 },
  slowMs: { type: 'integer', minimum: 0, maximum: 600_000 },
  fail: {
    type: ['object', 'null'],
    additionalProperties: false,
    required: ['status'],
    properties: {
      status: { type: 'integer', minimum: 0, maximum: 599 },
      probability: { type: 'number', minimum: 0, maximum: 1 },
      count: { type: 'integer', minimum: 1 },
    },
  },
  now: { type: ['string', 'null'], format: 'date-time' },
  running: { type: 'boolean' },
  reset: { type: 'boolean' },
} as const;

/** `survives` are the fields of the control that a reset leaves alone. */
export function makeSteering<C extends object>({
  seed,
  now,
  defaults,
  survives = [],
  onReset,
}: {
  seed: string;
  now?: string | undefined;
  defaults: C;
  survives?: readonly (keyof C)[];
  onReset: () => void;
}): Steering<C> {
  const clock = makeClock(now);
  const initial: CommonControl & C = { seed, slowMs: 0, fail: null, ...defaults };
  const control = structuredClone(initial);
  let draw = randomStream(seed);

  function reset() {
    const kept = Object.fromEntries(survives.map((field) => [field, control[field]]));
    Object.assign(control, structuredClone(initial), kept);
    draw = randomStream(control.seed);
    onReset();
  }

  return {
    control,
    clock,
    change({ now: nextNow, running, reset: shouldReset, ...fields }) {
      if (shouldReset) reset();
      Object.assign(control, fields);
      if (fields['seed'] !== undefined) draw = randomStream(control.seed);
      if (nextNow !== undefined || running !== undefined)
        clock.set(nextNow, running ?? (nextNow === undefined ? clock.isRunning() : true));
    },
    shown: () => ({ ...control, businessNow: toInstantText(clock.nowMs()), running: clock.isRunning() }),
    failure() {
      const { fail } = control;
      if (!fail || draw() >= (fail.probability ?? 1)) return null;
      if (fail.count !== undefined) {
        fail.count -= 1;
        if (fail.count <= 0) control.fail = null;
      }
      return fail.status;
    },
  };
}
