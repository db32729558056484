import { numbersOf, type Reading } from './gauges.ts';
import type { Graphs } from './reload/graphs.ts';

export type Readable = Readonly<{
  running: () => number;
  principals: () => number;
  subscribers: () => number;
  graphs: Pick<Graphs, 'current' | 'all' | 'refused'>;
  sockets: () => number;
  streams: () => number;
  withdrawals: () => Iterable<readonly [string, boolean]>;
  /** Every limit in force, by name; a group's name goes before those of its own. */
  limits: object;
}>;

/** What /metrics reads of the gateway's state, one row each. */
export function readingsOf({ running, principals, subscribers, graphs, sockets, streams, withdrawals, limits }: Readable): Reading[] {
  const cache = () => graphs.current().cache;
  const upstreams = () => [...graphs.all()].reduce((sum, graph) => sum + graph.upstreams(), 0);
  return [
    { name: 'gateway_supergraph_reload_failed', help: '1 while the newest supergraph was refused and an older one is served.', read: graphs.refused },
    { name: 'gateway_graphs', help: 'Versions of the graph with work: more than 1 while an older one ends.', read: () => graphs.all().size },
    { name: 'gateway_requests_running', help: 'Requests without their answer yet.', read: running },
    { name: 'gateway_principals', help: 'Clients whose budget is in use.', read: principals },
    { name: 'gateway_subscribers', help: 'Open subscriptions.', read: subscribers },
    { name: 'gateway_upstream_subscriptions', help: 'What is open at the subgraphs for them; equal ones share.', read: upstreams },
    { name: 'gateway_sockets', help: 'Open WebSockets.', read: sockets },
    { name: 'gateway_event_streams', help: 'Open server-sent events.', read: streams },
    { name: 'gateway_cached_operations', help: 'Operations kept ready.', read: () => cache().size() },
    { name: 'gateway_cached_operation_bytes', help: 'Bytes they are reckoned at.', read: () => cache().bytes() },
    { name: 'gateway_operation_cache_lookups', help: 'Since the start, by result.', label: 'result', readEach: () => Object.entries(cache().asked()) },
    { name: 'gateway_breaker_open', help: '1 while a subgraph is not asked.', label: 'subgraph', readEach: () => graphs.current().breakers() },
    {
      name: 'gateway_withdrawals_connected',
      help: 'Whether withdrawn access is heard: 0 means that credentials hold until they expire.',
      label: 'tenant',
      readEach: withdrawals,
    },
    { name: 'gateway_limit', help: 'Limits in force, by name.', label: 'limit', readEach: () => numbersOf(limits) },
  ];
}
