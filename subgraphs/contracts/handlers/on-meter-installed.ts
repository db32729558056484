import { MeterInstalled } from '@stromgraph/events/metering';
import { on } from '@stromgraph/kernel/hearer';
import { saveMeterNumber } from '../store/contracts.ts';

/** Metering knows best which meter measures. */
export const onMeterInstalled = on(MeterInstalled, (tx, { data }) => saveMeterNumber(tx, data));
