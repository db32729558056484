let waiting: (() => void)[] = [];

/**
 * Acts when all that came in with this turn of the event loop was looked at, together with all others that wait for that: a reader
 * is woken by the first thing that is written for it, so what is written together wakes it once. Nobody waits longer for being alone.
 */
export function atEndOfTurn(act: () => void): void {
  if (waiting.push(act) === 1) setImmediate(actNow);
}

function actNow(): void {
  const acts = waiting;
  waiting = [];
  for (const act of acts) {
    try {
      act();
    } catch (error) {
      queueMicrotask(() => {
        throw error; // a fault of ours, as loud as anywhere; what waited with it goes on
      });
    }
  }
}
