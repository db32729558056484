/** A map of at most so many entries, each until its time; the oldest goes first. */
export type BoundedCache<Value> = Readonly<{
  get: (key: string) => Value | undefined;
  set: (key: string, value: Value, until: number) => void;
  clear: () => void;
  size: () => number;
}>;

export function makeBoundedCache<Value>(maxEntries: number, now: () => number = Date.now): BoundedCache<Value> {
  const entries = new Map<string, Readonly<{ value: Value; until: number }>>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (entry.until > now()) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, until) {
      entries.delete(key);
      entries.set(key, { value, until });
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
    clear: () => entries.clear(),
    size: () => entries.size,
  };
}
