import { toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { parseInstant } from '@stromgraph/kernel/time';
import type { MeterResolvers } from '#schema';
import { readingsPage } from '../store/readings.ts';
import { pageOrThrow, refuse } from './page.ts';

export const Meter: MeterResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.meter.load(id) : null),
  registers: ({ id }, _, { loaders }) => loaders.registers.load(id),
  installations: ({ id }, _, { loaders }) => loaders.installations.load(id),
  readings: async ({ id }, args, { db }) => {
    const { first, after } = pageOrThrow(args, 2);
    if (after && !(parseInstant(after[0]!) && isId(after[1]!))) refuse('after: is not a cursor of this list');
    return toConnection(await readingsPage(db, id, first, after), first, (reading) => [reading.readAt.toISOString(), reading.id]);
  },
};
