// Starts the parts in order, watches them all, and ends them in the opposite order.
import { type Part, type PartOptions, startPart } from './part.ts';

export type Supervisor = Readonly<{
  /** Starts a part and waits until it is ready; fails too when any other part breaks meanwhile. */
  start: <Ready>(options: Pick<PartOptions, 'name' | 'script' | 'args' | 'env' | 'task'>, onProgress?: (line: string) => void) => Promise<Ready>;
  /** Fails as soon as a part ends that nobody told to. */
  broken: Promise<never>;
  stop: () => Promise<void>;
  kill: () => void;
}>;

export function makeSupervisor({ logFolder, onError }: Pick<PartOptions, 'logFolder' | 'onError'>): Supervisor {
  const parts: Part[] = [];
  let stopping: Promise<void> | undefined;
  let breakAll: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => (breakAll = reject));
  broken.catch(() => {});
  return {
    broken,
    start: async <Ready>(options: Pick<PartOptions, 'name' | 'script' | 'args' | 'env' | 'task'>, onProgress?: (line: string) => void) => {
      if (stopping) throw new Error('it is being stopped');
      const part = startPart<Ready>({ ...options, logFolder, onError }, onProgress);
      parts.push(part);
      part.broken.catch(breakAll);
      return Promise.race([part.ready, broken]);
    },
    stop: () =>
      (stopping ??= (async () => {
        for (const part of parts.toReversed()) await part.stop();
      })()),
    kill: () => parts.forEach((part) => part.kill()),
  };
}
