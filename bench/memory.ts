import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 20;
const SETTLE_MS = 500;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** After the garbage is gone: what is kept in JavaScript and its buffers, and what the process has of the machine. */
export type Settled = Readonly<{ heapMegabytes: number; residentMegabytes: number }>;
export type Memory = Readonly<{ nowMegabytes: number; mostMegabytes: number }>;

/** Resident memory of this process: now, and the most since it was last asked for. */
export function watchMemory(): { take: () => Memory; settled: () => Promise<Settled> } {
  const look = () => process.memoryUsage.rss() / 2 ** 20;
  let most = look();
  setInterval(() => (most = Math.max(most, look())), LOOK_EVERY_MS).unref();
  return {
    take: () => {
      const nowMegabytes = look();
      const taken = { nowMegabytes, mostMegabytes: Math.max(most, nowMegabytes) };
      most = nowMegabytes;
      return taken;
    },
    settled: async () => {
      for (let round = 0; round < 3; round++) {
        collectGarbage();
        await pause(SETTLE_MS);
      }
      const { heapUsed, external } = process.memoryUsage();
      return { heapMegabytes: (heapUsed + external) / 2 ** 20, residentMegabytes: look() };
    },
  };
}
