import { MeterReadingIngested } from '@stromgraph/events/metering';
import { onAll } from '@stromgraph/kernel/hearer';
import { recordInTimeline } from './record.ts';

export const onMeterReadingIngested = onAll(MeterReadingIngested, (tx, events) => recordInTimeline(tx, ...events));
