import { OpenPositionAlert } from '@stromgraph/events/energy';
import { on } from '@stromgraph/kernel/hearer';
import { addMs, QUARTER_HOUR_MS } from '@stromgraph/kernel/time';
import { writeForEvent } from '../actions/write-for-event.ts';

/** Staff who may trade read one message for all that came to be beyond its limit together: from when until when, how much, and how far the worst of it. */
export const onOpenPositionAlert = on(OpenPositionAlert, async (tx, event, tools) => {
  const { gridAreaId, gridAreaName, breaches } = event.data;
  const [worst] = breaches.toSorted((a, b) => (absolute(b.openWattHours) > absolute(a.openWattHours) ? 1 : -1));
  if (!worst) return;
  const from = breaches.map(({ start }) => Date.parse(start)).reduce((a, b) => Math.min(a, b));
  const until = breaches.map(({ start, until: end }) => (end === undefined ? addMs(new Date(start), QUARTER_HOUR_MS).getTime() : Date.parse(end))).reduce((a, b) => Math.max(a, b));
  await writeForEvent(tx, tools, {
    event, customerId: null,
    given: { gridArea: gridAreaName ?? gridAreaId, breaches: breaches.length, from: new Date(from).toISOString(), until: new Date(until).toISOString(), rule: worst.rule, openEnergy: worst.openWattHours },
  });
});

const absolute = (wattHours: string): bigint => (wattHours.startsWith('-') ? -BigInt(wattHours) : BigInt(wattHours));
