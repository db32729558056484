import type { Metrics } from './metrics.ts';
import { engineOf, type CompiledOperation, type EngineTools } from './execute/operation.ts';
import { fetchFault } from './execute/reply.ts';
import type { Send } from './execute/fetch.ts';
import { compilePrimary, type Primary } from './live/plan.ts';
import { makeSource, type Source } from './live/source.ts';
import { loadSupergraph } from './supergraph.ts';
import { makeSubgraphFetch, type SubgraphFetch, type SubgraphLimits } from './subgraph-fetch.ts';

/** The supergraph with the ways to its subgraphs: everything that a new version of the graph replaces as one. */
export type Engine = Readonly<{
  tools: EngineTools;
  urls: ReadonlyMap<string, string>;
  openBreakers: () => string[];
  primaryOf: (operation: CompiledOperation) => Primary;
  sourceOf: (service: string) => Source;
  stop: () => Promise<void>;
}>;

type Settings = Readonly<{
  supergraphSdl: string;
  subgraphs: Readonly<Record<string, string>>;
  secret: string;
  limits?: Partial<SubgraphLimits> | undefined;
  metrics: () => Metrics;
}>;

/** Addresses given here win over those in the supergraph file, which may be none at all. */
export async function startEngine({ supergraphSdl, subgraphs, secret, limits, metrics }: Settings): Promise<Engine> {
  const supergraph = await loadSupergraph(supergraphSdl);
  const urls = new Map([...supergraph.subgraphs].map(([name, url]) => [name, subgraphs[name] ?? url]));
  const fetches = new Map<string, SubgraphFetch>();
  const sources = new Map<string, Source>();
  for (const [name, url] of urls) {
    fetches.set(
      name,
      makeSubgraphFetch({ name, url, secret, ...(limits && { limits }), onOutcome: (outcome) => metrics().fetched(outcome) }),
    );
    sources.set(name, makeSource(url, secret));
  }
  const tools = engineOf(supergraph, (service) => fetches.get(service)?.send ?? unknownService(service));
  const primaries = new WeakMap<CompiledOperation, Primary>();

  function primaryOf(operation: CompiledOperation): Primary {
    const known = primaries.get(operation);
    if (known) return known;
    if (!operation.subscription) throw new Error('Only a subscription has a source.');
    const primary = compilePrimary(operation.subscription, supergraph.apiSchema, tools.tools);
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
    openBreakers: () => [...fetches.values()].filter(({ isOpen }) => isOpen()).map(({ name }) => name),
    primaryOf,
    sourceOf,
    stop: async () => {
      await Promise.all([...sources.values()].map((source) => source.stop()));
      await Promise.all([...fetches.values()].map((fetch) => fetch.stop()));
    },
  };
}

function unknownService(service: string): Send {
  return async () => {
    throw fetchFault('SUBGRAPH_UNAVAILABLE', `There is no subgraph ${service}.`);
  };
}
