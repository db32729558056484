// The other side of a part: says that it is ready or why not, and ends when it is told to or when its parent is gone.
import type { Word } from './part.ts';

const FORCED_MS = 15_000;
/** Nobody waits for an orderly end any more; what must not be lost is in the database. */
const ORPHANED_MS = 1_500;

type Started<Ready> = Readonly<{ ready: Ready; stop: () => Promise<void> }>;

/**
 * Runs a child of `npm start`; without a parent (in a container) SIGTERM and Ctrl-C end it. `finishStart`: told to end
 * while it starts, it starts first and then ends, because what it starts would outlive it; it is never hurried either.
 */
export async function runChild<Ready>(start: () => Promise<Started<Ready>>, { finishStart = false } = {}): Promise<void> {
  let stop: (() => Promise<void>) | undefined;
  let ending = false;
  const end = (withinMs: number) => {
    setTimeout(() => process.exit(1), finishStart ? FORCED_MS : withinMs).unref();
    if (ending) return;
    ending = true;
    if (stop || !finishStart) void (stop?.() ?? Promise.resolve()).then(() => process.exit(0), failWith);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(FORCED_MS));
  process.on('disconnect', () => end(ORPHANED_MS));
  try {
    const started = await start();
    stop = started.stop;
    if (ending) return void (await stop().then(() => process.exit(0), failWith));
    say({ ready: started.ready });
  } catch (error) {
    failWith(error);
  }
}

/** Runs a child that does one thing, answers with what came of it, and ends. */
export const runTask = <Ready>(task: () => Promise<Ready>): Promise<void> =>
  runChild(async () => {
    const ready = await task();
    if (process.connected) setImmediate(() => process.disconnect?.());
    return { ready, stop: async () => {} };
  });

/** Words are for the parent; without one they are lost, the log has the rest. */
export const say = (word: Word): void => void (process.connected && process.send?.(word));

/** Names the reason to the parent and ends. */
export function failWith(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(error);
  if (!process.connected) process.exit(1);
  process.send!({ failed: reason } satisfies Word, undefined, {}, () => process.exit(1));
}
