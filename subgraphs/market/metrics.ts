import { Counter, Gauge } from 'prom-client';

export const lateMessages = new Counter({ name: 'stromgraph_market_late_total', help: 'Alerts: messages that waited too long or were about to miss a deadline', labelNames: ['tenant', 'deadline'] });
export const settledMessages = new Counter({ name: 'stromgraph_market_acknowledged_total', help: 'Acknowledgements by status; the share of NACK is watched', labelNames: ['tenant', 'status'] });
export const refusedCalls = new Counter({ name: 'stromgraph_market_webhook_refused_total', help: 'Calls of the webhook that were refused, by reason', labelNames: ['reason'] });
export const queueAgeSeconds = new Gauge({ name: 'stromgraph_market_queue_age_seconds', help: 'For how long the oldest pending message has waited, in business time', labelNames: ['tenant'] });
