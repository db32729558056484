import { MeterInstalled } from '@stromgraph/events/metering';
import { on } from '@stromgraph/kernel/hearer';
import { addInstalledMeter } from '../store/meters.ts';

/** It may hang beside the one that the supply names; what it takes the place of is told by MeterExchanged. */
export const onMeterInstalled = on(MeterInstalled, async (tx, { data }) => {
  await addInstalledMeter(tx, data);
});
