import type { Chunk } from './csv-chunk.ts';

/** Two transactions at a time keep the database busy while rows are read; more would only wait for one another. */
const AT_ONCE = 2;

/** Chunks on their way into the database. */
export type Storing = Readonly<{
  /** Waits until there is room, then lets the chunk go; false where one before it could not be stored any more. */
  add: (chunk: Chunk) => Promise<boolean>;
  /** Waits for all; false where one could not be stored any more. */
  end: () => Promise<boolean>;
}>;

/** Stores chunks side by side, but those that share a meter in their order: of two rows that contradict each other the first one stands. */
export function makeStoring(store: (chunk: Chunk) => Promise<boolean>): Storing {
  const underWay: { meters: ReadonlySet<string>; done: Promise<boolean> }[] = [];
  let isGood = true;
  const waitForFirst = async () => {
    isGood = (await underWay.shift()!.done) && isGood;
  };
  return {
    add: async (chunk) => {
      while (underWay.length >= AT_ONCE || underWay.some(({ meters }) => !meters.isDisjointFrom(chunk.meters))) await waitForFirst();
      if (!isGood) return false;
      const done = store(chunk);
      done.catch(() => {}); // it is looked at when its turn comes
      underWay.push({ meters: chunk.meters, done });
      return true;
    },
    end: async () => {
      while (underWay.length > 0) await waitForFirst();
      return isGood;
    },
  };
}
