/** The same number in 32 bits for the same parts, on every machine. */
export function hashOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = String(part);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0x1f, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** True for the given share of all hashes. */
export function isAmong(share: number, hash: number): boolean {
  return hash < share * 2 ** 32;
}

/** A stream of choices that a seed repeats. */
export type Random = Readonly<{
  below: (limit: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
}>;

export function makeRandom(seed: number): Random {
  let count = 0;
  const next = () => hashOf(seed, count++);
  return {
    below: (limit) => next() % limit,
    chance: (share) => isAmong(share, next()),
    pick: (from) => {
      if (from.length === 0) throw new Error('There is nothing to pick from.');
      return from[next() % from.length] as (typeof from)[number];
    },
  };
}
