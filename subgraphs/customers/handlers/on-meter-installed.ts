import { MeterInstalled } from '@stromgraph/events/metering';
import { on } from '@stromgraph/kernel/hearer';
import { addMeter, removeFromOthers } from '../store/premises.ts';
import { refreshSearch } from '../store/search.ts';
import { recordInTimeline } from './record.ts';

export const onMeterInstalled = on(MeterInstalled, async (tx, event) => {
  await addMeter(tx, event.data);
  await removeFromOthers(tx, event.data);
  await recordInTimeline(tx, event);
  await refreshSearch(tx, [event.data.customerId]);
});
