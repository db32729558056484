import { Counter } from 'prom-client';

export const sentMessages = new Counter({ name: 'stromgraph_messaging_settled_total', help: 'Messages that were sent, came back or were given up', labelNames: ['tenant', 'channel', 'status'] });
