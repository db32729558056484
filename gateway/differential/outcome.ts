export type ErrorPath = readonly (string | number)[];

/** An error of a subgraph or of a fetch; the path is null where it has none. */
export type OutcomeError = Readonly<{ path: ErrorPath | null; message: string; code: string }>;

/** What an engine answered: its data, where its errors stand, and what of them concerns values alone. */
export type Outcome = Readonly<{
  data: unknown;
  errors: readonly OutcomeError[];
  /** Where values did not fit the schema. */
  completion: readonly ErrorPath[];
  /** The requests to subgraphs, in order. */
  asked: readonly string[];
}>;

/** Sorted keys, so that only values are compared; lists keep their order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The shortest part of a path at which the data are null, as text; undefined where none is. */
export function nullPlace(data: unknown, path: ErrorPath): string | undefined {
  let here = data;
  for (let length = 0; length <= path.length; length++) {
    if (here === null) return JSON.stringify(path.slice(0, length));
    const part = path[length];
    if (part === undefined || typeof here !== 'object' || here === null) return undefined;
    here = (here as Readonly<Record<string | number, unknown>>)[part];
  }
  return undefined;
}
