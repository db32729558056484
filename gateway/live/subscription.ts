import type { Logger } from '@stromgraph/kernel/log';
import { formatErrors } from '../graphql-http.ts';
import { finish } from '../execute/answer.ts';
import { mergeRoot } from '../execute/fetch.ts';
import { isFields, type Fields } from '../execute/own.ts';
import { toReply } from '../execute/reply.ts';
import { startRun, type RunError } from '../execute/run.ts';
import type { Accepted } from '../limits/validate-operation.ts';
import type { RequestContext } from '../request-context.ts';
import type { Primary } from './plan.ts';
import type { Source } from './source.ts';

/** To the client: the text of a result, or of the errors that end the subscription. */
export type Outlet = Readonly<{
  next: (payload: string) => void;
  error: (errors: string) => void;
  complete: () => void;
  /** More events wait than the joins can take; the client may come again with its last `seq`. */
  overflow: () => void;
}>;

export type SubscriptionLimits = Readonly<{ waitingEvents: number; eventMs: number; resumeAfterMs: readonly number[] }>;

export const SUBSCRIPTION_LIMITS: SubscriptionLimits = {
  waitingEvents: 1_000,
  eventMs: 8_000,
  resumeAfterMs: [50, 200, 500, 1_000, 2_000, 4_000, 4_000, 4_000],
};

type Settings = Readonly<{
  accepted: Accepted;
  primary: Primary;
  source: Source;
  context: RequestContext;
  outlet: Outlet;
  limits: SubscriptionLimits;
  log: Logger;
}>;

/**
 * One subscription of one client: events come from the owner, are joined with the rest of the plan one after the
 * other, so that their order holds, and go out. A lost upstream is taken up again after the last `seq`, where the
 * field can do that. Returns what ends it.
 */
export function startSubscription(settings: Settings): () => void {
  const { accepted, primary, source, context, outlet, limits, log } = settings;
  const { coerced } = accepted;
  const variables = primary.variables(accepted.variables);
  const waiting: unknown[] = [];
  let joining = false;
  let over = false;
  let tries = 0;
  let timer: NodeJS.Timeout | undefined;
  let close = () => {};
  subscribe();

  function subscribe(): void {
    close = source.open(primary.query, variables, context, {
      next: receive,
      failed: (errors) => end(() => outlet.error(formatErrors(errorsOf(errors), context.requestId, log))),
      ended: () => end(outlet.complete),
      lost: resume,
    });
  }

  function receive(result: unknown): void {
    if (over) return;
    tries = 0;
    remember(result);
    waiting.push(result);
    if (waiting.length > limits.waitingEvents) return stop(outlet.overflow);
    if (!joining) void join();
  }

  function remember(result: unknown): void {
    const data = isFields(result) && isFields(result.data) ? result.data : null;
    const seq = primary.resume && data ? primary.resume.seqOf(data) : undefined;
    if (primary.resume && seq !== undefined) variables[primary.resume.variable] = seq;
  }

  async function join(): Promise<void> {
    joining = true;
    for (let event = waiting.shift(); event !== undefined && !over; event = waiting.shift()) {
      const payload = await answerEvent(settings, event, coerced);
      if (!over) outlet.next(payload);
    }
    joining = false;
    whenIdle();
  }

  // What came before the end goes out before the end does.
  let whenIdle = () => {};
  function end(say: () => void): void {
    whenIdle = () => stop(say);
    if (!joining) whenIdle();
  }

  function resume(): void {
    if (over) return;
    const wait = primary.resume ? limits.resumeAfterMs[tries] : undefined;
    tries++;
    if (wait === undefined) {
      end(() => outlet.error(formatErrors([UPSTREAM_LOST], context.requestId, log)));
      return;
    }
    log.info({ requestId: context.requestId, service: primary.service, tries }, 'upstream lost, taking it up again');
    timer = setTimeout(subscribe, wait);
  }

  function stop(say: () => void = () => {}): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    waiting.length = 0;
    close();
    say();
  }

  return () => {
    whenIdle = () => {};
    stop();
  };
}

const UPSTREAM_LOST: RunError = {
  code: 'SUBGRAPH_UNAVAILABLE',
  message: 'The source of this subscription was lost; subscribe again after the last seq.',
};

async function answerEvent({ accepted, primary, context, limits, log }: Settings, event: unknown, coerced: Fields): Promise<string> {
  const { operation, variables } = accepted;
  const run = startRun(variables, coerced, { ...context, deadlineAt: Date.now() + limits.eventMs });
  try {
    mergeRoot(primary, run, toReply(event), null);
    await operation.run(run);
    const { data, errors } = finish(operation, run);
    return textOf(data, errors);
  } catch (error) {
    return textOf('null', [{ code: 'INTERNAL', message: (error as Error).message, service: primary.service }]);
  }

  function textOf(data: string, errors: readonly RunError[]): string {
    return errors.length ? `{"errors":${formatErrors(errors, context.requestId, log)},"data":${data}}` : `{"data":${data}}`;
  }
}

function errorsOf(errors: readonly unknown[]): RunError[] {
  return [...toReply({ errors }).errors];
}
