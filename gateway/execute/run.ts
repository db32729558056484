import type { Fields } from './own.ts';

/** Which fields a failed fetch leaves empty, and what to tell the client where it misses them. */
export type Failure = Readonly<{ keys: ReadonlySet<string>; code: string; message: string }>;

export type Path = readonly (string | number)[];

/** An error as a subgraph or the engine states it; errors.ts decides what of it a client may read. */
export type RunError = Readonly<{ message: string; path?: Path | undefined; code: string; service?: string | undefined }>;

/** An error found while writing; the path grows from the leaf to the root, so it stands in reverse. */
export type Note = { message: string; code: string; reversedPath: (string | number)[] };

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
  errors: RunError[];
  failures: Map<object, Failure[]> | null;
  notes: Note[];
  /** What the schema says of itself, as text by response key. */
  introspected: Map<string, string> | null;
};

export function startRun(variables: Fields, coerced: Fields, request: unknown): Run {
  return { variables, coerced, request, data: {}, fresh: true, errors: [], failures: null, notes: [], introspected: null };
}

/** Remembers on the places of a failed fetch that their fields are missing, not null. */
export function markFailed(run: Run, places: readonly object[], failure: Failure): void {
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

export function note(run: Run, code: string, message: string): void {
  run.notes.push({ message, code, reversedPath: [] });
}
