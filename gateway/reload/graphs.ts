import type { Logger } from '@stromgraph/kernel/log';
import { hottestOf } from '../limits/validate-operation.ts';
import { startGraph, type Graph, type GraphSettings, type GraphSource } from './graph.ts';
import { warmOperations, type Warmed } from './warm.ts';

/** Operations of the old graph that are made ready in the new one. */
const HOTTEST = 200;

/** The graph that is served, and those before it that still have work. */
export type Graphs = Readonly<{
  current: () => Graph;
  /** Whether the operations that are known beforehand have their plans. */
  warm: () => boolean;
  /** Whether the newest source was refused, so that an older one is served. */
  refused: () => boolean;
  /** The current one, and older ones that still have work. */
  all: () => ReadonlySet<Graph>;
  /** Loads what `read` returns beside the current graph, warms it, switches; false where it is refused and all stays. */
  reload: (read: () => GraphSource) => Promise<boolean>;
  stop: () => Promise<void>;
}>;

/** Rejects where the first source is none; later ones are only refused. */
export async function startGraphs(source: GraphSource, settings: GraphSettings, log: Logger): Promise<Graphs> {
  let current = await startGraph(source, settings);
  let warm = false;
  let refused = false;
  let reloading = Promise.resolve(true);
  const all = new Set([current]);
  void warmOperations(current, knownTo(current), log).then(() => (warm = true));

  async function replace(read: () => GraphSource): Promise<boolean> {
    try {
      const next = read();
      if (!isSame(next, current.source)) await switchTo(await startGraph(next, settings));
      refused = false;
    } catch (error) {
      refused = true;
      log.error({ reason: (error as Error).message }, 'supergraph refused, the one before stays');
    }
    return !refused;
  }

  async function switchTo(next: Graph): Promise<void> {
    all.add(next);
    const before = current;
    const operations = await warmOperations(next, [...knownTo(next), ...hottestOf(before, HOTTEST)], log);
    current = next;
    log.info({ operations, subgraphs: next.urls.size }, 'supergraph switched');
    void before.retire().then(() => {
      all.delete(before);
      log.info('the supergraph before has ended its last work');
    });
  }

  return {
    current: () => current,
    warm: () => warm,
    refused: () => refused,
    all: () => all,
    reload: (read) => (reloading = reloading.then(() => replace(read))),
    async stop() {
      await reloading;
      await Promise.all([...all].map((graph) => graph.stop()));
    },
  };
}

const knownTo = ({ documents }: Graph) => [...documents.texts.values()].map((query): Warmed => ({ query, operationName: undefined }));

function isSame(one: GraphSource, other: GraphSource): boolean {
  const rest = ({ routes, documents }: GraphSource) => JSON.stringify([routes, ...(documents?.keys() ?? [])]);
  return one.supergraphSdl === other.supergraphSdl && rest(one) === rest(other);
}
