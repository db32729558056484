const ANSWER_MS = 5_000;

/** The world outside follows business time in the demo; each simulator stands or runs on from the instant. */
export async function tellSimulators(urls: readonly string[], { now, running }: { now: Date; running: boolean }): Promise<void> {
  const body = JSON.stringify({ now: now.toISOString(), running });
  await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(`${url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(ANSWER_MS) });
      if (!response.ok) throw new Error(`the simulator ${url} does not take the time: ${response.status}`);
      await response.arrayBuffer();
    }),
  );
}

/** Those that still have answers or callbacks on their way. */
export async function busySimulators(urls: readonly string[]): Promise<string[]> {
  const idle = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(`${url}/_idle`, { signal: AbortSignal.timeout(ANSWER_MS) });
      return ((await response.json()) as { idle: boolean }).idle;
    }),
  );
  return urls.filter((_, index) => !idle[index]);
}
