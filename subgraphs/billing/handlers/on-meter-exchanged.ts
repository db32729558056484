import { MeterExchanged } from '@stromgraph/events/metering';
import { onAll } from '@stromgraph/kernel/hearer';
import { saveMeterExchanges } from '../store/contract-meters.ts';
import { sumUsage } from '../store/usage.ts';

/** From then on the old meter is not waited for; the new one is told of by MeterInstalled, before or after. What both showed is named on the invoice. */
export const onMeterExchanged = onAll(MeterExchanged, async (tx, events) =>
  sumUsage(tx, await saveMeterExchanges(tx, events.map(({ data: { exchangeId, oldMeterId, newMeterId, exchangedAt, finalWattHours, startWattHours } }) => ({
    exchangeId, oldMeterId, newMeterId, exchangedAt: new Date(exchangedAt), finalWattHours: BigInt(finalWattHours), startWattHours: BigInt(startWattHours),
  })))),
);
