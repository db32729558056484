/** A map of at most so many bytes, each entry until its time; the oldest goes first. */
export type BoundedCache<Value> = Readonly<{
  get: (key: string) => Value | undefined;
  /** `bytes` is what the value is reckoned at; the key's own come on top. */
  set: (key: string, value: Value, until: number, bytes: number) => void;
  clear: () => void;
  size: () => number;
  bytes: () => number;
}>;

type Entry<Value> = Readonly<{ value: Value; until: number; bytes: number }>;

export function makeBoundedCache<Value>(maxBytes: number, now: () => number = Date.now): BoundedCache<Value> {
  const entries = new Map<string, Entry<Value>>();
  let held = 0;

  function drop(key: string): void {
    held -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (entry.until > now()) return entry.value;
      drop(key);
      return undefined;
    },
    set(key, value, until, bytes) {
      drop(key);
      const entry = { value, until, bytes: bytes + 2 * key.length };
      if (entry.bytes > maxBytes) return;
      entries.set(key, entry);
      held += entry.bytes;
      for (const oldest of entries.keys()) {
        if (held <= maxBytes) return;
        drop(oldest);
      }
    },
    clear() {
      entries.clear();
      held = 0;
    },
    size: () => entries.size,
    bytes: () => held,
  };
}
