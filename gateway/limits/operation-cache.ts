/** Keeps what was made of documents, bounded in bytes. */
export type OperationCache<Value> = Readonly<{
  get: (key: string) => Value | undefined;
  set: (key: string, value: Value, bytes: number) => void;
  bytes: () => number;
  size: () => number;
}>;

type Kept<Value> = Readonly<{ value: Value; bytes: number }>;

/**
 * Two generations: a document enters on probation and is kept when it is asked for again. A flood of documents that
 * come once passes through the probation alone and never drives out what is in use.
 */
export function makeOperationCache<Value>(maxBytes: number): OperationCache<Value> {
  const probation = makeShelf<Value>(maxBytes / 4);
  const kept = makeShelf<Value>((maxBytes * 3) / 4);
  return {
    get(key) {
      const known = kept.take(key);
      if (known) {
        kept.put(key, known);
        return known.value;
      }
      const tried = probation.take(key);
      if (!tried) return undefined;
      kept.put(key, tried);
      return tried.value;
    },
    set(key, value, bytes) {
      probation.put(key, { value, bytes: bytes + 2 * key.length });
    },
    bytes: () => probation.bytes() + kept.bytes(),
    size: () => probation.size() + kept.size(),
  };
}

/** A Map remembers the order of insertion, so the first key is the least recently used. */
function makeShelf<Value>(maxBytes: number) {
  const shelf = new Map<string, Kept<Value>>();
  let bytes = 0;

  function take(key: string): Kept<Value> | undefined {
    const kept = shelf.get(key);
    if (!kept) return undefined;
    shelf.delete(key);
    bytes -= kept.bytes;
    return kept;
  }

  function put(key: string, kept: Kept<Value>): void {
    take(key);
    if (kept.bytes > maxBytes) return;
    shelf.set(key, kept);
    bytes += kept.bytes;
    for (const oldest of shelf.keys()) {
      if (bytes <= maxBytes) return;
      take(oldest);
    }
  }

  return { take, put, bytes: () => bytes, size: () => shelf.size };
}
