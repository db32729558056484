/** What one operation may ask for; all of it is checked before anything is planned. Configuration, with these defaults. */
export type Limits = Readonly<{
  bodyBytes: number;
  tokens: number;
  depth: number;
  aliases: number;
  rootFields: number;
  directives: number;
  /** Fields and fragments with every fragment spread out. */
  selections: number;
  /** Objects that the answer may hold, by `first`, `last` and the assumed size of other lists. */
  cost: number;
  assumedListSize: number;
  /** Nesting of lists and objects in literals and variables. */
  valueDepth: number;
  introspectionDepth: number;
  /** Lists of types or fields within each other in an introspection: one is all that tools need. */
  introspectionLists: number;
  /** Comparisons of fields under one response key. */
  fieldComparisons: number;
  requestMs: number;
  /** Fields, as `Mutation.name`, that may take longer than a request's time budget, in milliseconds. */
  patientFieldsMs: Readonly<Record<string, number>>;
  cacheBytes: number;
}>;

export const LIMITS: Limits = {
  bodyBytes: 256_000,
  tokens: 2_000,
  depth: 8,
  aliases: 15,
  rootFields: 10,
  directives: 20,
  selections: 1_000,
  cost: 10_000,
  assumedListSize: 10,
  valueDepth: 16,
  introspectionDepth: 20,
  introspectionLists: 1,
  fieldComparisons: 50_000,
  requestMs: 8_000,
  patientFieldsMs: {},
  cacheBytes: 64_000_000,
};
