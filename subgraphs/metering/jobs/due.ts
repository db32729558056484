import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { type DueHandlers, schedule } from '@stromgraph/kernel/due';
import { addMonths, dayOf, startOfDay } from '@stromgraph/kernel/time';
import { ANNOUNCE_BATCH, announceSome } from '../actions/announce-batch.ts';
import { createPartitions } from '../actions/ensure-partitions.ts';
import { estimateDueGaps } from '../actions/estimate-gaps.ts';
import { FIND_SILENCE, findSilence } from '../actions/find-silence.ts';
import { ESTIMATE_GAPS } from '../actions/plan-estimates.ts';

export const CREATE_PARTITIONS = 'CREATE_PARTITIONS';

/** Partitions are there months before they are needed; the next look is at the start of the next month. */
export async function createPartitionsAhead(tx: Tx): Promise<void> {
  const now = await businessNow(tx);
  await createPartitions(tx, now);
  await schedule(tx, { kind: CREATE_PARTITIONS, subject: 'interval', dueAt: startOfDay(`${addMonths(dayOf(now), 1).slice(0, 7)}-01`) });
}

export const dueHandlers: DueHandlers = {
  [ESTIMATE_GAPS]: (tx, { subject }) => estimateDueGaps(tx, subject),
  [CREATE_PARTITIONS]: createPartitionsAhead,
  [FIND_SILENCE]: findSilence,
  [ANNOUNCE_BATCH]: async (tx, { subject }) => {
    if (await announceSome(tx, subject)) await schedule(tx, { kind: ANNOUNCE_BATCH, subject, dueAt: await businessNow(tx) });
  },
};
