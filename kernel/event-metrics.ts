// What is watched of the way of events; scraped from prom-client's default register.
import { Counter, Gauge, Histogram } from 'prom-client';

export const relayLagSeconds = new Gauge({ name: 'stromgraph_relay_lag_seconds', help: 'For how long committed or open outbox rows have waited for the relay', labelNames: ['tenant'] });
export const relayWaitSeconds = new Gauge({ name: 'stromgraph_relay_wait_seconds', help: 'For how long the relay has waited for older transactions to end (age of xmin)', labelNames: ['tenant'] });
export const relayDisorder = new Counter({ name: 'stromgraph_relay_disorder_total', help: 'Events whose aggregate version was not the last plus one', labelNames: ['tenant'] });
export const hearerLag = new Gauge({ name: 'stromgraph_hearer_lag_positions', help: 'Feed positions that a hearer has not passed', labelNames: ['tenant', 'hearer'] });
export const deadLetters = new Gauge({ name: 'stromgraph_dead_letters', help: 'Events that failed for good and wait for people', labelNames: ['tenant', 'hearer'] });
export const deliverySeconds = new Histogram({
  name: 'stromgraph_event_delivery_seconds', help: 'From the commit of an event to the commit of its effect', labelNames: ['hearer'], buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60],
});
export const dueFailures = new Counter({ name: 'stromgraph_due_failures_total', help: 'Failed attempts at due work', labelNames: ['tenant', 'domain', 'kind'] });
