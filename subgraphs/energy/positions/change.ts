import type { PositionRange } from './position.ts';

/** What an OpenPositionChanged says. */
export type PositionsChanged = Readonly<{ gridAreaId: string; from: string; until: string; recalculation?: string | undefined }>;

/** Whether positions of a range may have changed. */
export const concernsRange = ({ gridAreaIds, from, until }: PositionRange, changed: PositionsChanged): boolean =>
  (gridAreaIds === null || gridAreaIds.includes(changed.gridAreaId)) && new Date(changed.from) < until && new Date(changed.until) > from;

/** One look-up for several changes: the range they touch and the oldest recalculation among them; a newer one covers what an older one did. */
export function lookUpOf({ from, until }: PositionRange, changes: readonly PositionsChanged[]): { range: PositionRange; since: bigint } {
  const first = Math.min(...changes.map((change) => Date.parse(change.from)));
  const last = Math.max(...changes.map((change) => Date.parse(change.until)));
  return {
    range: {
      gridAreaIds: [...new Set(changes.map((change) => change.gridAreaId))],
      from: new Date(Math.max(first, from.getTime())),
      until: new Date(Math.min(last, until.getTime())),
    },
    since: changes.map((change) => BigInt(change.recalculation ?? '0')).reduce((a, b) => (a < b ? a : b)),
  };
}
