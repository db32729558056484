import { MeterExchanged } from '@stromgraph/events/metering';
import { on } from '@stromgraph/kernel/hearer';
import { dayOf } from '@stromgraph/kernel/time';
import { removeMeter } from '../store/premises.ts';

/** The old meter lies at the premise no more; the new one is told of by MeterInstalled. */
export const onMeterExchanged = on(MeterExchanged, async (tx, { data: { oldMeterId, maloId, exchangedAt } }) => {
  await removeMeter(tx, { meterId: oldMeterId, maloId, on: dayOf(new Date(exchangedAt)) });
});
