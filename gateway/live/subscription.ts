import type { Logger } from '@stromgraph/kernel/log';
import { formatErrors } from '../graphql-reply.ts';
import type { Accepted } from '../limits/validate-operation.ts';
import type { RequestContext } from '../request-context.ts';
import { joinEvent } from './join.ts';
import type { Primary } from './plan.ts';
import type { Source } from './source.ts';
import { openUpstream } from './upstream.ts';

/** To the client: the text of a result with its place in the stream, or of the errors that end the subscription. */
export type Outlet = Readonly<{
  next: (payload: string, seq: unknown) => void;
  error: (errors: string) => void;
  complete: () => void;
  /** More waits for the client than may; it may come again with its last `seq`. */
  overflow: () => void;
}>;

export type SubscriptionLimits = Readonly<{
  /** Events that wait for their joins before the source is paused. */
  waitingEvents: number;
  /** The same for their bytes as they came; one alone may be larger. */
  waitingEventBytes: number;
  /** Bytes that wait for a latecomer while it is brought up to the others. */
  waitingBytes: number;
  eventMs: number;
  resumeAfterMs: readonly number[];
}>;

export const SUBSCRIPTION_LIMITS: SubscriptionLimits = {
  waitingEvents: 200,
  waitingEventBytes: 8_000_000,
  waitingBytes: 1_000_000,
  eventMs: 8_000,
  resumeAfterMs: [50, 200, 500, 1_000, 2_000, 4_000, 4_000, 4_000],
};

/** One subscription of one client. */
export type Subscriber = Readonly<{
  accepted: Accepted;
  primary: Primary;
  source: Source;
  context: RequestContext;
  /** The last `seq` that the client has seen, where the transport says it: it wins over the argument. */
  afterSeq?: number | undefined;
  outlet: Outlet;
  limits: SubscriptionLimits;
  log: Logger;
}>;

/** A source and joins of its own, asked for by the person. Returns what ends it. */
export function subscribeAlone({ accepted, primary, source, context, afterSeq, outlet, limits, log }: Subscriber): () => void {
  let gone = false;
  const stop = openUpstream(
    { primary, variables: primary.variables(accepted.variables, afterSeq), source, context, limits, log },
    {
      async take(event, seq) {
        const payload = await joinEvent({ accepted, primary, context, eventMs: limits.eventMs, log }, event);
        if (payload !== null && !gone) outlet.next(payload, seq);
      },
      failed: (errors) => outlet.error(formatErrors(errors, context.requestId, log)),
      ended: outlet.complete,
      overflow: outlet.overflow,
    },
  );
  return () => {
    gone = true;
    stop();
  };
}
