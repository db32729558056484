import { MeterExchanged } from '@stromgraph/events/metering';
import { on } from '@stromgraph/kernel/hearer';
import { followExchange } from '../store/meters.ts';

/** Metering knows best which meter measures: what goes to the market names the new one. */
export const onMeterExchanged = on(MeterExchanged, async (tx, { data: { oldMeterNumber, newMeterNumber, ...exchange } }) => {
  if (oldMeterNumber && newMeterNumber) await followExchange(tx, { ...exchange, oldMeterNumber, newMeterNumber });
});
