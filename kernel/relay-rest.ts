/** How long the relay rests after a cut. */
export type Rest = Readonly<{ after: (startedAtMs: number, nowMs: number) => number }>;

const SHORTEST_MS = 10;
const LONGEST_MS = 60;
const REST_PER_WORK = 3;

/**
 * Three times as long as it worked, so that under load cuts are fewer and larger and cost writers less. The rest that it had before a
 * cut counts: a single one that waited for the disk would else hold back the next event for three times as long again.
 */
export function makeRest(): Rest {
  let restedAtMs = Number.NEGATIVE_INFINITY;
  return {
    after(startedAtMs, nowMs) {
      const owedMs = Math.max(restedAtMs, startedAtMs - LONGEST_MS) - startedAtMs + (nowMs - startedAtMs) * REST_PER_WORK;
      const restMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, owedMs));
      restedAtMs = nowMs + restMs;
      return restMs;
    },
  };
}
