import type { MonthCloseResolvers } from '#schema';
import { moneyOf } from './amounts.ts';

export const MonthClose: MonthCloseResolvers = {
  ...moneyOf,
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
};
