/** Of so many calls one may be repeated, so that a subgraph in trouble is not asked twice as often. */
const CALLS_PER_RETRY = 10;
const MOST_SAVED = 10;

export type RetryBudget = Readonly<{ called: () => void; spend: () => boolean }>;

export function makeRetryBudget(): RetryBudget {
  let saved = MOST_SAVED;
  return {
    called: () => void (saved = Math.min(MOST_SAVED, saved + 1 / CALLS_PER_RETRY)),
    spend() {
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
