import { QUARTER_HOUR_MS } from '@stromgraph/kernel/time';
import type { OpenPositionUpdateResolvers } from '#schema';

export const OpenPositionUpdate: OpenPositionUpdateResolvers = {
  positions: ({ positions }) => [...positions],
  cells: ({ positions, from }) =>
    positions
      .filter(({ startAt, endAt }) => endAt.getTime() - startAt.getTime() === QUARTER_HOUR_MS)
      .map(({ startAt, ...position }) => ({ ...position, period: Math.floor((startAt.getTime() - from.getTime()) / QUARTER_HOUR_MS) })),
};
