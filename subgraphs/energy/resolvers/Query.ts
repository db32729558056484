import { toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import type { QueryResolvers } from '#schema';
import { findForecast } from '../store/forecasts.ts';
import { gridAreasPage } from '../store/grid-areas.ts';
import { positionsPage } from '../store/positions.ts';
import { tradesPage } from '../store/trades.ts';
import { pageOrThrow, rangeOrThrow } from './arguments.ts';

/** Pages bound what is read; this bounds what is searched. */
const MAX_DAYS = 3 * 366;

export const Query: QueryResolvers = {
  openPositions: async (_, args, { db }) => {
    const page = pageOrThrow(args, 2);
    const rows = await positionsPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ startAt, gridAreaId }) => [startAt.toISOString(), gridAreaId]);
  },
  forecast: (_, { gridAreaId, deliveryDay, version }, { db }) =>
    isId(gridAreaId) ? findForecast(db, { gridAreaId, deliveryDay, version: version ?? null }) : null,
  trades: async (_, args, { db }) => {
    const page = pageOrThrow(args, 2);
    const rows = await tradesPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ from, id }) => [from.toISOString(), id]);
  },
  gridAreas: async (_, args, { db }) => {
    const { first, after } = pageOrThrow(args, 2);
    return toConnection(await gridAreasPage(db, first, after), first, ({ name, id }) => [name, id]);
  },
};
