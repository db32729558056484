/** What one operation may ask for, all of it checked before anything is planned, and one client. Configuration, with these defaults. */
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
  /** What every operation costs beside its objects, refused ones too: reading and checking it. */
  operationCost: number;
  /** Of one principal (user, service account, API key; an address for nobody) at once. */
  concurrentOperations: number;
  /** Calls of one principal to REST routes at once, those with streamed bodies apart. */
  concurrentCalls: number;
  /** Streamed bodies of one principal at once: few may be under way to one owner, and a slow one takes an hour. */
  concurrentUploads: number;
  /** What one principal may spend on and on. */
  costPerSecond: number;
  /** What it may spend in one go. */
  costBurst: number;
  /** Processor time, in milliseconds, that one plan may take; the same for one answer about the schema. */
  planMs: number;
  introspectionMs: number;
  /** Operations that wait for their plan while another one is planned. */
  planQueue: number;
  /** How many of those one principal may wait for. */
  planQueueShare: number;
  planMemoryMb: number;
  requestMs: number;
  /** How long an answer waits for a client that reads nothing of it. */
  unreadMs: number;
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
  operationCost: 10,
  concurrentOperations: 50,
  concurrentCalls: 16,
  concurrentUploads: 4,
  costPerSecond: 500_000,
  costBurst: 1_000_000,
  planMs: 500,
  introspectionMs: 5_000,
  planQueue: 100,
  planQueueShare: 10,
  planMemoryMb: 512,
  requestMs: 8_000,
  unreadMs: 30_000,
  patientFieldsMs: {},
  cacheBytes: 64_000_000,
};
