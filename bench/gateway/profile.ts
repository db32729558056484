import { type Profiler, Session } from 'node:inspector';
import { partOf } from './part-of.ts';

/** Microseconds of the main thread by part, as sampled. */
export type Shares = Readonly<Record<string, number>>;

const EVERY_MICROSECONDS = 200;
const REST = 'node itself, rest';

/** Samples this process. A sample belongs to the innermost frame whose file has a part: what a socket does for a fetch is fetch. */
export function makeProfiler(): { start: () => Promise<void>; stop: () => Promise<Shares> } {
  const session = new Session();
  session.connect();
  const post = <Result>(method: string, parameters: object = {}) =>
    new Promise<Result>((resolve, reject) => session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result as Result))));
  return {
    async start() {
      await post('Profiler.enable');
      await post('Profiler.setSamplingInterval', { interval: EVERY_MICROSECONDS });
      await post('Profiler.start');
    },
    async stop() {
      const { profile } = await post<Profiler.StopReturnType>('Profiler.stop');
      return sharesOf(profile);
    },
  };
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares {
  const parts = partsOf(nodes);
  const shares: Record<string, number> = {};
  for (const [index, id] of samples.entries()) {
    const part = parts.get(id) ?? REST;
    if (part !== 'idle') shares[part] = (shares[part] ?? 0) + Math.max(0, timeDeltas[index] ?? 0);
  }
  return shares;
}

function partsOf(nodes: readonly Profiler.ProfileNode[]): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parts = new Map<number, string>();
  const walk = (node: Profiler.ProfileNode, outer: string): void => {
    const part = partOf(node.callFrame) ?? outer;
    parts.set(node.id, part);
    for (const child of node.children ?? []) walk(byId.get(child)!, part);
  };
  if (nodes[0]) walk(nodes[0], REST);
  return parts;
}
