/** Bytes that come in pieces, in one buffer that grows: no piece holds what it was cut from, and none costs more than its copy. */
export type Held = Readonly<{ add: (piece: Uint8Array) => void; bytes: () => number; whole: () => Buffer }>;

const FIRST_BYTES = 16_384;

/** It is never set aside larger than `most`, but for a piece that is. */
export function makeHeld(most: number): Held {
  let held: Buffer = EMPTY;
  let used = 0;
  return {
    add(piece) {
      const needed = used + piece.length;
      if (needed > held.length) {
        const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(most, Math.max(FIRST_BYTES, 2 * used))));
        held.copy(larger, 0, 0, used);
        held = larger;
      }
      held.set(piece, used);
      used = needed;
    },
    bytes: () => used,
    whole: () => held.subarray(0, used),
  };
}

const EMPTY = Buffer.alloc(0);
