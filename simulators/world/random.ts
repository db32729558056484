/** A number in [0, 1) that depends on the parts alone: the same seed and the same subject always meet the same fate. */
export function chance(...parts: readonly (string | number)[]): number {
  return hash32(parts.join('\u0000')) / 2 ** 32;
}

/** A number in [-1, 1) that depends on the parts alone. */
export const swing = (...parts: readonly (string | number)[]) => 2 * chance(...parts) - 1;

export function pick<T>(from: readonly T[], ...parts: readonly (string | number)[]): T {
  return from[Math.floor(chance(...parts) * from.length)] as T;
}

/** So many decimal digits that depend on the parts alone. */
export function digits(count: number, ...parts: readonly (string | number)[]): string {
  return Array.from({ length: count }, (_, position) => Math.floor(chance('digit', position, ...parts) * 10)).join('');
}

/** A stream of numbers in [0, 1), for chances that belong to no subject but to the order of events. */
export function randomStream(seed: string): () => number {
  let state = hash32(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return scramble(state) / 2 ** 32;
  };
}

function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return scramble(hash);
}

function scramble(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
