import { PERSONAL } from '@stromgraph/kernel/auth';
import { COMPLETION } from '../errors.ts';
import type { Fields } from './own.ts';

/** Which fields a failed fetch leaves empty, and what to tell the client where it misses them. */
export type Failure = Readonly<{ keys: ReadonlySet<string>; code: string; message: string }>;

export type Path = readonly (string | number)[];

/** An error as a subgraph or the engine states it; errors.ts decides what of it a client may read. `times` is how many it stands for. */
export type RunError = Readonly<{ message: string; path?: Path | undefined; code: string; service?: string | undefined; times?: number | undefined }>;

/** One answer tells so many errors, and by one more how many others there are. */
export const MAX_ERRORS = 100;

/** An error found while writing; the path grows from the leaf to the root, so it stands in reverse. */
export type Note = { message: string; code: string; reversedPath: (string | number)[]; times?: number };

/** Everything one request adds to a compiled operation, which itself holds no state and serves many at once. */
export type Run = {
  /** As the client sent them: subgraphs apply their own defaults to what was left out. */
  readonly variables: Fields;
  /** Coerced, defaults included: for @skip, @include and the conditions of a plan. */
  readonly coerced: Fields;
  /** Who asks, until when, under which request id: handed to every fetch untouched. */
  readonly request: unknown;
  data: Fields;
  /** True until the first root fetch answers, so that its data can be taken as they are. */
  fresh: boolean;
  readonly errors: RunError[];
  /** Errors that were too many to be kept. */
  untold: number;
  /** Whether something depends on who asks, and nobody in person does. */
  personal: boolean;
  failures: Map<object, Failure[]> | null;
  notes: Note[];
  /** What the schema says of itself, as text by response key. */
  introspected: Map<string, string> | null;
  /** Grows with whatever changes the data or what is known to be missing of them. */
  version: number;
  /** What the latest fetch sent; those beside it in the plan often send the same. */
  represented: Represented | null;
};

/** The objects at a fetch's place, the text of those that it sends, and which of them is whose: slot −1 is not asked for. */
export type Represented = Readonly<{ by: string; version: number; places: Fields[]; text: string; slots: number[]; sent: number }>;

export function startRun(variables: Fields, coerced: Fields, request: unknown): Run {
  return { variables, coerced, request, data: {}, fresh: true, errors: [], untold: 0, personal: false, failures: null, notes: [], introspected: null, version: 0, represented: null };
}

/** Remembers on the places of a failed fetch that their fields are missing, not null. */
export function markFailed(run: Run, places: readonly object[], failure: Failure): void {
  run.version++;
  run.failures ??= new Map();
  for (const place of places) {
    const known = run.failures.get(place);
    if (known) known.push(failure);
    else run.failures.set(place, [failure]);
  }
}

/** The failure behind a missing field; a field that was not asked for in consequence has the first one. */
export function failureAt(run: Run, place: object, key: string): Failure | undefined {
  const failures = run.failures?.get(place);
  return failures?.find((failure) => failure.keys.has(key)) ?? failures?.[0];
}

export function addError(run: Run, error: RunError): void {
  run.personal ||= error.code === PERSONAL;
  if (error.times === undefined && run.errors.length < MAX_ERRORS) run.errors.push(error);
  else run.untold += error.times ?? 1;
}

/** As many as may be told, and one that says how many more there are. */
export function boundErrors(errors: readonly RunError[], untold = 0): readonly RunError[] {
  const told = errors.slice(0, MAX_ERRORS);
  const others = errors.reduce((sum, { times = 1 }) => sum + times, untold) - told.length;
  if (others === 0) return errors;
  const code = errors.slice(MAX_ERRORS).some((error) => error.code === PERSONAL) ? PERSONAL : COMPLETION;
  return [...told, { code, message: `There are ${others} more errors.`, times: others }];
}

export function note(run: Run, code: string, message: string): void {
  run.notes.push({ message, code, reversedPath: [] });
}
