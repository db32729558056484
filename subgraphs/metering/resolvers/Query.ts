import { isId } from '@stromgraph/kernel/ids';
import type { QueryResolvers } from '#schema';
import { batchById } from '../store/batches.ts';
import { openFindings } from './findings.ts';
import { refuse } from './page.ts';
import { findUsage } from './usage.ts';

export const Query: QueryResolvers = {
  meter: (_, { id }, { loaders }) => (isId(id) ? loaders.meter.load(id) : null),
  usage: (_, { meterId, contractId, ...asked }, ctx) => {
    if ((meterId == null) === (contractId == null)) refuse('meterId: exactly one of meterId and contractId is needed');
    return findUsage(ctx, meterId == null ? { contractId: contractId! } : { meterId }, asked);
  },
  openFindings,
  readingBatch: (_, { id }, { db }) => (isId(id) ? batchById(db, id) : null),
};
