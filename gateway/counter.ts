/** Counts what is taken under a name; a name that reaches zero is forgotten. */
export type Counter = Readonly<{ take: (name: string, most: number) => boolean; release: (name: string) => void; total: () => number }>;

export function makeCounter(): Counter {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    take(name, most) {
      const count = counts.get(name) ?? 0;
      if (count >= most) return false;
      counts.set(name, count + 1);
      total++;
      return true;
    },
    release(name) {
      const count = counts.get(name);
      if (count === undefined) return;
      total--;
      if (count === 1) counts.delete(name);
      else counts.set(name, count - 1);
    },
    total: () => total,
  };
}
