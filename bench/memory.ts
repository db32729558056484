const LOOK_EVERY_MS = 20;

export type Memory = Readonly<{ nowMegabytes: number; mostMegabytes: number }>;

/** Resident memory of this process: now, and the most since it was last asked for. */
export function watchMemory(): { take: () => Memory } {
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
  };
}
