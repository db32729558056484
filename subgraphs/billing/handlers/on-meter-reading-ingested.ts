import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { onAll } from '@stromgraph/kernel/hearer';
import { foldUsage } from '../store/usage.ts';
import { type DayUsage, type MeasuredDay, toDayUsage } from '../usage/day-usage.ts';

/** Billing keeps its own copy, so that a run never waits for metering. */
export const onMeterReadingIngested = onAll(MeterReadingIngested, (tx, events) => foldUsage(tx, events.flatMap(({ data }) => usageOf(data))));

/** The newer version of a day wins; what is billed already stays as it was until it is corrected by a credit. */
export const onReadingCorrected = onAll(ReadingCorrected, (tx, events) => foldUsage(tx, events.flatMap(({ data }) => usageOf(data))));

const usageOf = ({ contractId, meterId, days }: { contractId: string | null; meterId: string; days: readonly MeasuredDay[] }): DayUsage[] => (contractId === null ? [] : toDayUsage({ contractId, meterId }, days));
