import { ReadingCorrected } from '@stromgraph/events/metering';
import { onAll } from '@stromgraph/kernel/hearer';
import { recordInTimeline } from './record.ts';

export const onReadingCorrected = onAll(ReadingCorrected, (tx, events) => recordInTimeline(tx, ...events));
