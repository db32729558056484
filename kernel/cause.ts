// For whom work is done: set where a request, an event or a job begins, read where something is said of it (log, SQL, queue).
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from './trace.ts';

export type Cause = Readonly<{
  /** The request's id, which its events and jobs carry as their correlation id. */
  requestId: string;
  /** Null where nothing is traced. */
  span: Span | null;
}>;

const causes = new AsyncLocalStorage<Cause>();

export const causeOf = (): Cause | undefined => causes.getStore();

export const inCause = <T>(cause: Cause, work: () => T): T => causes.run(cause, work);

/** Runs `callback` for whom it was made, wherever it is called from. */
export const keepCause = <Callback extends (...args: any[]) => unknown>(callback: Callback): Callback => AsyncLocalStorage.bind(callback);
