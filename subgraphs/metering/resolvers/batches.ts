import { type PageArguments, toConnection } from '@stromgraph/kernel/connection';
import type { IngestReadingsSuccessResolvers, ReadingBatchResolvers, ReadingRejectionResolvers } from '#schema';
import type { DomainContext } from '../context.ts';
import { rejectionsPage } from '../store/batches.ts';
import { pageOrThrow, refuse } from './page.ts';

async function listRejections({ db }: DomainContext, batchId: string, args: PageArguments) {
  const { first, after } = pageOrThrow(args, 1);
  const [last = '0'] = after ?? [];
  if (!/^\d{1,9}$/.test(last)) refuse('after: is not a cursor of this list');
  return toConnection(await rejectionsPage(db, batchId, first, Number(last)), first, (rejection) => [String(rejection.row)]);
}

export const ReadingBatch: ReadingBatchResolvers = { rejections: ({ id }, page, ctx) => listRejections(ctx, id, page) };
export const IngestReadingsSuccess: IngestReadingsSuccessResolvers = {
  batchId: ({ id }) => id,
  rejections: ({ id }, page, ctx) => listRejections(ctx, id, page),
};
export const ReadingRejection: ReadingRejectionResolvers = { start: ({ startMs }) => (startMs === null ? null : new Date(startMs)) };
