/** Repeats `work` with a pause between the end of one run and the start of the next, first after one pause; `stop` waits for a run under way. */
export function startTicker(pauseMs: number, work: () => Promise<unknown>): { stop: () => Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout;
  let running: Promise<unknown> = Promise.resolve();
  const plan = (): void => {
    timer = setTimeout(() => {
      running = work().then(
        () => stopped || plan(),
        () => stopped || plan(),
      );
    }, pauseMs);
  };
  plan();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
