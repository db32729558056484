import { replacementFault } from '../validation/replacement.ts';
import type { PlacedInterval, ValueStatus } from './value.ts';

export type KnownValue = Readonly<{ wattHours: bigint; status: ValueStatus }>;
export type Replacement = Readonly<{ placed: PlacedInterval; known: KnownValue }>;
export type Decided = Readonly<{
  added: PlacedInterval[];
  replaced: Replacement[];
  unchanged: number;
  refused: { placed: PlacedInterval; reason: string }[];
}>;

/** Sorts checked intervals into what is new, what is known already, what replaces a known value and what may not. `known[i]` belongs to `placed[i]`. */
export function decide(placed: readonly PlacedInterval[], known: readonly (KnownValue | null)[]): Decided {
  const decided: Decided & { unchanged: number } = { added: [], replaced: [], unchanged: 0, refused: [] };
  const inBatch = new Map<string, PlacedInterval>();
  placed.forEach((each, index) => {
    const key = `${each.registerId} ${each.given.startMs}`;
    const twin = inBatch.get(key);
    const before = twin ? { wattHours: twin.given.wattHours, status: twin.given.status } : known[index]!;
    if (before && before.wattHours === each.given.wattHours && before.status === each.given.status) return void (decided.unchanged += 1);
    if (twin) return void decided.refused.push({ placed: each, reason: `row ${twin.given.row} says something else of the same interval` });
    inBatch.set(key, each);
    if (!before) return void decided.added.push(each);
    const reason = replacementFault(before.status, each.given.status, each.given);
    if (reason) decided.refused.push({ placed: each, reason });
    else decided.replaced.push({ placed: each, known: before });
  });
  return decided;
}
