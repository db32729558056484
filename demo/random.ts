/** Numbers that depend on their seed alone, so that the same portfolio comes out everywhere and in any order of asking. */
export type Random = Readonly<{
  /** In [0, 1). */
  next: () => number;
  /** From `from`, below `until`. */
  whole: (from: number, until: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
  /** One of several, by weight. */
  weighted: <T>(choices: readonly (readonly [T, number])[]) => T;
  /** Around 0 with deviation 1. */
  normal: () => number;
}>;

export function randomOf(...parts: readonly (string | number)[]): Random {
  const next = mulberry32(hash32(parts.join('\u0000')));
  const random: Random = {
    next,
    whole: (from, until) => from + Math.floor(next() * (until - from)),
    chance: (share) => next() < share,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    weighted: (choices) => {
      let left = next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
      return (choices.find(([, weight]) => (left -= weight) < 0) ?? choices.at(-1)!)[0];
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
  return random;
}

/** FNV-1a with a final scramble. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
