import DataLoader from 'dataloader';

/** Representations one request may look up at once in one loader. */
const MAX_BATCH = 500;

/** A loader of single rows by key; a key without a row gives null. */
export function loadOne<Key, Row>(rowsOf: (keys: readonly Key[]) => Promise<readonly Row[]>, keyOf: (row: Row) => Key): DataLoader<Key, Row | null> {
  return new DataLoader<Key, Row | null>(
    async (keys) => {
      const found = new Map((await rowsOf(keys)).map((row) => [keyOf(row), row]));
      return keys.map((key) => found.get(key) ?? null);
    },
    { maxBatchSize: MAX_BATCH },
  );
}

/** A loader of all rows under a key, in the order in which the rows came. */
export function loadMany<Key, Row>(rowsOf: (keys: readonly Key[]) => Promise<readonly Row[]>, keyOf: (row: Row) => Key): DataLoader<Key, Row[]> {
  return new DataLoader<Key, Row[]>(
    async (keys) => {
      const found = Map.groupBy(await rowsOf(keys), keyOf);
      return keys.map((key) => found.get(key) ?? []);
    },
    { maxBatchSize: MAX_BATCH },
  );
}
