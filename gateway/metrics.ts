import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { registerGauges, type Reading } from './gauges.ts';
import { registerHistogram } from './histogram.ts';
import type { PlanOutcome } from './planning/plan-beside.ts';
import type { FetchOutcome } from './subgraph-fetch.ts';

export type Metrics = Readonly<{
  request: (operation: string, outcome: 'ok' | 'errors', ms: number) => void;
  refused: (refusal: Readonly<{ code: string; limit?: Readonly<{ limit: string }> | undefined }>) => void;
  fetched: (outcome: FetchOutcome) => void;
  planned: (outcome: PlanOutcome, ms: number) => void;
  plannerRestarted: () => void;
  event: (operation: string) => void;
  closed: (code: number) => void;
  text: () => Promise<string>;
}>;

type Settings = Readonly<{
  /** Names that are told apart; any other counts as `other`, so that nobody can fill the memory with names. */
  operations?: readonly string[] | undefined;
  readings: readonly Reading[];
}>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10];
const ANONYMOUS = 'anonymous';
const OTHER = 'other';

/** What the gateway counts. On the way of a request a label set is found once, then only its numbers are moved. */
export function makeMetrics({ operations = [], readings }: Settings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  registerGauges(registry, readings);
  const requests = registerHistogram(registry, { name: 'gateway_request_seconds', help: 'Requests by operation name.', buckets: SECONDS });
  const refusals = new Counter({
    name: 'gateway_refusals_total',
    help: 'Operations that were not run, by code; for LIMIT_EXCEEDED with the limit.',
    labelNames: ['code', 'limit'],
    registers,
  });
  const fetches = registerHistogram(registry, { name: 'gateway_fetch_seconds', help: 'Requests to subgraphs.', buckets: SECONDS });
  const plans = new Histogram({
    name: 'gateway_plan_seconds',
    help: 'Operations planned and schemas told, beside the event loop.',
    labelNames: ['outcome'],
    buckets: SECONDS,
    registers,
  });
  const restarts = new Counter({ name: 'gateway_planner_restarts_total', help: 'Planners that ended over an operation.', registers });
  const events = new Counter({ name: 'gateway_events_total', help: 'Events sent to subscribers.', labelNames: ['operation'], registers });
  const closes = new Counter({
    name: 'gateway_socket_closes_total',
    help: 'Sockets closed by the gateway, by close code.',
    labelNames: ['code'],
    registers,
  });
  const known = new Set([...operations, ANONYMOUS]);
  const nameOf = (name: string): string => (known.has(name) ? name : OTHER);
  const requestOf = remembered((operation, outcome) => requests({ operation, outcome }));
  const fetchOf = remembered((subgraph, outcome) => fetches({ subgraph, outcome }));
  const eventOf = remembered((operation) => events.labels({ operation }));
  return {
    request: (operation, outcome, ms) => requestOf(nameOf(operation), outcome)(ms / 1_000),
    refused: ({ code, limit }) => refusals.inc({ code, limit: limit?.limit ?? '' }),
    fetched: ({ subgraph, outcome, ms }) => fetchOf(subgraph, outcome)(ms / 1_000),
    planned: (outcome, ms) => plans.observe({ outcome }, ms / 1_000),
    plannerRestarted: () => restarts.inc(),
    event: (operation) => eventOf(nameOf(operation), '').inc(),
    closed: (code) => closes.inc({ code: String(code) }),
    text: () => registry.metrics(),
  };
}

/** Labels are hashed at every call otherwise; both of them come from short lists. */
function remembered<Series>(make: (first: string, second: string) => Series): (first: string, second: string) => Series {
  const series = new Map<string, Map<string, Series>>();
  return (first, second) => {
    const of = series.get(first) ?? new Map<string, Series>();
    if (of.size === 0) series.set(first, of);
    const one = of.get(second) ?? make(first, second);
    if (!of.has(second)) of.set(second, one);
    return one;
  };
}
