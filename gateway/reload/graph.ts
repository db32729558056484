import { setImmediate as turn } from 'node:timers/promises';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import { startEngine, type Engine, type EngineSettings } from '../engine.ts';
import type { Limits } from '../limits/limits.ts';
import { makeOperationCache } from '../limits/operation-cache.ts';
import type { Introspection } from '../limits/rights.ts';
import type { Gate } from '../limits/validate-operation.ts';
import { compileRoutes, type FindRoute } from '../routes.ts';

/** What a version of the graph is made from: a composed supergraph, the entries of schema/routes.json, trusted documents. */
export type GraphSource = Readonly<{ supergraphSdl: string; routes: readonly unknown[]; documents?: TrustedDocuments['texts'] | undefined }>;

export type GraphSettings = Omit<EngineSettings, 'supergraphSdl'> &
  Readonly<{ operationLimits: Limits; introspection: Introspection; open: boolean; trustedOnly: boolean }>;

/** One version of the graph, with all that is made for it alone: what is replaced as one. */
export type Graph = Gate &
  Pick<Engine, 'urls' | 'breakers' | 'upstreams'> &
  Readonly<{
    source: GraphSource;
    findRoute: FindRoute;
    /** Stops it when its last work has ended; what is under way goes on. */
    retire: () => Promise<void>;
    /** At once. */
    stop: () => Promise<void>;
  }>;

/** Rejects with the reason, and leaves nothing behind, where the source is none. */
export async function startGraph(source: GraphSource, settings: GraphSettings): Promise<Graph> {
  const { operationLimits: limits, introspection, open, trustedOnly } = settings;
  const findRoute = compileRoutes(source.routes);
  const engine = await startEngine({ ...settings, supergraphSdl: source.supergraphSdl });
  const { primaryOf, sourceOf, urls, breakers, upstreams } = engine;
  let running = 0;
  let idle = () => {};
  let stopped: Promise<void> | null = null;

  /** The same for all work: it knows nothing of whose it is. */
  const held: Disposable = {
    [Symbol.dispose]() {
      if (--running === 0) idle();
    },
  };

  function hold(): Disposable {
    running++;
    return held;
  }

  async function retire(): Promise<void> {
    const plansAreMade = setTimeout(() => void engine.tools.supergraph.planner.stop(), limits.requestMs).unref();
    do {
      if (running > 0) await new Promise<void>((resolve) => void (idle = resolve));
      await turn(); // what has its plan just now begins to run
    } while (running > 0);
    clearTimeout(plansAreMade);
    await stop();
  }

  const stop = () => (stopped ??= engine.stop());

  return {
    source,
    engine: engine.tools,
    limits,
    introspection,
    open,
    documents: { only: trustedOnly, texts: source.documents ?? new Map() },
    cache: makeOperationCache(limits.cacheBytes),
    findRoute,
    ways: { primaryOf, sourceOf, hold },
    urls,
    breakers,
    upstreams,
    retire,
    stop,
  };
}
