import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FetchOutcome } from './subgraph-fetch.ts';

export type Metrics = Readonly<{
  request: (operation: string, outcome: 'ok' | 'errors' | 'refused', ms: number) => void;
  refused: (code: string) => void;
  fetched: (outcome: FetchOutcome) => void;
  event: (operation: string) => void;
  closed: (code: number) => void;
  text: () => Promise<string>;
}>;

/** Read when /metrics is asked for. */
export type Gauges = Readonly<{
  subscribers: () => number;
  sockets: () => number;
  cachedOperations: () => number;
  cachedBytes: () => number;
  openBreakers: () => readonly string[];
  connectedWithdrawals: () => ReadonlyMap<string, boolean>;
}>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10];
const MAX_OPERATION_NAMES = 200;

export function makeMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'gateway_request_seconds',
    help: 'Requests by operation name.',
    labelNames: ['operation', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const refusals = new Counter({
    name: 'gateway_refusals_total',
    help: 'Operations that were not run, by code.',
    labelNames: ['code'],
    registers,
  });
  const fetches = new Histogram({
    name: 'gateway_fetch_seconds',
    help: 'Requests to subgraphs.',
    labelNames: ['subgraph', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const events = new Counter({ name: 'gateway_events_total', help: 'Events sent to subscribers.', labelNames: ['operation'], registers });
  const closes = new Counter({
    name: 'gateway_socket_closes_total',
    help: 'Sockets closed by the gateway, by close code.',
    labelNames: ['code'],
    registers,
  });
  new Gauge({
    name: 'gateway_subscribers',
    help: 'Open subscriptions.',
    registers,
    collect() {
      this.set(gauges.subscribers());
    },
  });
  new Gauge({
    name: 'gateway_sockets',
    help: 'Open WebSockets.',
    registers,
    collect() {
      this.set(gauges.sockets());
    },
  });
  new Gauge({
    name: 'gateway_cached_operations',
    help: 'Operations kept ready.',
    registers,
    collect() {
      this.set(gauges.cachedOperations());
    },
  });
  new Gauge({
    name: 'gateway_cached_operation_bytes',
    help: 'Bytes they are reckoned at.',
    registers,
    collect() {
      this.set(gauges.cachedBytes());
    },
  });
  new Gauge({
    name: 'gateway_breaker_open',
    help: 'Subgraphs that are not asked at the moment.',
    labelNames: ['subgraph'],
    registers,
    collect() {
      this.reset();
      for (const subgraph of gauges.openBreakers()) this.set({ subgraph }, 1);
    },
  });
  new Gauge({
    name: 'gateway_withdrawals_connected',
    help: 'Whether withdrawn access is heard: 0 means that credentials hold until they expire.',
    labelNames: ['tenant'],
    registers,
    collect() {
      this.reset();
      for (const [tenant, connected] of gauges.connectedWithdrawals()) this.set({ tenant }, connected ? 1 : 0);
    },
  });
  const nameOf = boundedNames();
  return {
    request: (operation, outcome, ms) => requests.observe({ operation: nameOf(operation), outcome }, ms / 1_000),
    refused: (code) => refusals.inc({ code }),
    fetched: ({ subgraph, outcome, ms }) => fetches.observe({ subgraph, outcome }, ms / 1_000),
    event: (operation) => events.inc({ operation: nameOf(operation) }),
    closed: (code) => closes.inc({ code: String(code) }),
    text: () => registry.metrics(),
  };
}

/** Names are the clients': past a number they all count as one, so that nobody can fill the memory with labels. */
function boundedNames(): (name: string) => string {
  const names = new Set<string>();
  return (name) => {
    if (names.has(name)) return name;
    if (names.size >= MAX_OPERATION_NAMES) return 'other';
    names.add(name);
    return name;
  };
}
