import type { Metrics } from './metrics.ts';
import { engineOf, type CompiledOperation, type EngineTools } from './execute/operation.ts';
import { fetchFault } from './execute/reply.ts';
import type { Send } from './execute/fetch.ts';
import { compilePrimary, type Primary } from './live/plan.ts';
import { makeSource, type Source } from './live/source.ts';
import type { StartPlanner } from './planning/planner.ts';
import { loadSupergraph } from './supergraph.ts';
import { makeSubgraphFetch, type SubgraphFetch, type SubgraphLimits } from './subgraph-fetch.ts';
import type { Secret } from './vouching.ts';

/** The supergraph with the ways to its subgraphs: everything that a new version of the graph replaces as one. */
export type Engine = Readonly<{
  tools: EngineTools;
  urls: ReadonlyMap<string, string>;
  /** Each subgraph, and whether it is left alone at the moment. */
  breakers: () => (readonly [string, boolean])[];
  primaryOf: (operation: CompiledOperation) => Primary;
  sourceOf: (service: string) => Source;
  /** Subscriptions that are open at the subgraphs. */
  upstreams: () => number;
  stop: () => Promise<void>;
}>;

/** How what a version of the graph has accepted is run in it, whatever is served meanwhile. */
export type Ways = Pick<Engine, 'primaryOf' | 'sourceOf'> &
  Readonly<{
    /** Work begins; disposing of what is returned ends it. A version that was replaced lasts until its last work ends. */
    hold: () => Disposable;
  }>;

export type EngineSettings = Readonly<{
  supergraphSdl: string;
  subgraphs: Readonly<Record<string, string>>;
  secret: Secret;
  limits?: Partial<SubgraphLimits> | undefined;
  metrics: () => Metrics;
  startPlanner: StartPlanner;
}>;

/** Addresses given here win over those in the supergraph file, which may be none at all. */
export async function startEngine({ supergraphSdl, subgraphs, secret, limits, metrics, startPlanner }: EngineSettings): Promise<Engine> {
  const supergraph = await loadSupergraph(supergraphSdl, startPlanner);
  const urls = new Map([...supergraph.subgraphs].map(([name, url]) => [name, subgraphs[name] ?? url]));
  const fetches = new Map<string, SubgraphFetch>();
  const sources = new Map<string, Source>();
  const stop = async () => {
    await Promise.all([...sources.values()].map((source) => source.stop()));
    await Promise.all([...fetches.values()].map((fetch) => fetch.stop()));
    await supergraph.planner.stop();
  };
  try {
    for (const [name, url] of urls) {
      fetches.set(
        name,
        makeSubgraphFetch({ name, url, secret, ...(limits && { limits }), onOutcome: (outcome) => metrics().fetched(outcome) }),
      );
      sources.set(name, makeSource(url, secret));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const tools = engineOf(supergraph, (service) => fetches.get(service)?.send ?? unknownService(service));
  const primaries = new WeakMap<CompiledOperation, Primary>();

  function primaryOf(operation: CompiledOperation): Primary {
    const known = primaries.get(operation);
    if (known) return known;
    const primary = compilePrimary(operation, supergraph.apiSchema, tools.tools);
    primaries.set(operation, primary);
    return primary;
  }

  function sourceOf(service: string): Source {
    const source = sources.get(service);
    if (!source) throw new Error(`There is no subgraph ${service}.`);
    return source;
  }

  return {
    tools,
    urls,
    breakers: () => [...fetches.values()].map(({ name, isOpen }) => [name, isOpen()] as const),
    primaryOf,
    sourceOf,
    upstreams: () => [...sources.values()].reduce((sum, source) => sum + source.subscriptions(), 0),
    stop,
  };
}

function unknownService(service: string): Send {
  return async () => {
    throw fetchFault('SUBGRAPH_UNAVAILABLE', `There is no subgraph ${service}.`);
  };
}
