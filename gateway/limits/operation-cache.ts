/** Keeps what was made of documents, bounded in bytes. */
export type OperationCache<Value> = Readonly<{
  get: (key: string) => Value | undefined;
  set: (key: string, value: Value, bytes: number) => void;
  /** What is kept under the key has become larger; nothing happens where it has gone. */
  grow: (key: string, bytes: number) => void;
  /** The keys that were asked for most, most first. */
  hottest: (count: number) => string[];
  bytes: () => number;
  size: () => number;
  /** How often it was asked since the start, and how often it had the answer. */
  asked: () => Readonly<{ hits: number; misses: number }>;
}>;

type Kept<Value> = { readonly value: Value; bytes: number; uses: number };

/**
 * Two generations: a document enters on probation and is kept when it is asked for again. A flood of documents that
 * come once passes through the probation alone and never drives out what is in use.
 */
export function makeOperationCache<Value>(maxBytes: number): OperationCache<Value> {
  const probation = makeShelf<Value>(maxBytes / 4);
  const kept = makeShelf<Value>((maxBytes * 3) / 4);
  let hits = 0;
  let misses = 0;
  return {
    get(key) {
      const known = kept.take(key);
      if (known) {
        hits++;
        known.uses++;
        kept.put(key, known);
        return known.value;
      }
      const tried = probation.take(key);
      if (!tried) {
        misses++;
        return undefined;
      }
      hits++;
      tried.uses++;
      kept.put(key, tried);
      return tried.value;
    },
    set(key, value, bytes) {
      probation.put(key, { value, bytes: bytes + 2 * key.length, uses: 0 });
    },
    grow(key, bytes) {
      for (const shelf of [kept, probation]) {
        const held = shelf.take(key);
        if (held) shelf.put(key, Object.assign(held, { bytes: held.bytes + bytes }));
      }
    },
    hottest: (count) =>
      [...kept.uses()]
        .sort(([, one], [, other]) => other - one)
        .slice(0, count)
        .map(([key]) => key),
    bytes: () => probation.bytes() + kept.bytes(),
    size: () => probation.size() + kept.size(),
    asked: () => ({ hits, misses }),
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

  const uses = () => [...shelf].map(([key, kept]) => [key, kept.uses] as const);

  return { take, put, uses, bytes: () => bytes, size: () => shelf.size };
}
