import type { Logger } from '@stromgraph/kernel/log';
import { isFields, type Fields } from '../execute/own.ts';
import { toReply } from '../execute/reply.ts';
import type { RunError } from '../execute/run.ts';
import type { RequestContext } from '../request-context.ts';
import type { Primary } from './plan.ts';
import type { Source } from './source.ts';
import type { SubscriptionLimits } from './subscription.ts';

/** Who takes events: one after the other, so that their order holds, and then the end. */
export type Taker = Readonly<{
  take: (event: unknown, seq: unknown) => Promise<void>;
  failed: (errors: readonly RunError[]) => void;
  ended: () => void;
  /** More events wait than may, and the source cannot be paused. */
  overflow: () => void;
}>;

type Settings = Readonly<{
  primary: Primary;
  variables: Fields;
  source: Source;
  context: RequestContext & Readonly<{ untilSeq?: number }>;
  limits: SubscriptionLimits;
  log: Logger;
}>;

/**
 * One subscription at the owner of the field. Lost, it is taken up again after the last `seq`; when events come faster
 * than they are taken, the latest one wins where the field allows that, else the source is left alone until all that
 * waits is taken, and then asked to go on after the last `seq`. Returns what ends it.
 */
export function openUpstream({ primary, variables: given, source, context, limits, log }: Settings, taker: Taker): () => void {
  const { resume, traits } = primary;
  const variables = { ...given };
  const waiting: Readonly<{ event: unknown; seq: unknown; bytes: number }>[] = [];
  let waitingBytes = 0;
  let taking = false;
  let over = false;
  let paused = false;
  let heard = false;
  let tries = 0;
  let timer: NodeJS.Timeout | undefined;
  let close = () => {};
  let atEnd: (() => void) | null = null;
  subscribe();

  function subscribe(): void {
    let left = false;
    const unlessLeft = (then: () => void) => () => left || over || then();
    const leave = source.open(primary.query, variables, context, {
      next: (result, bytes) => left || receive(result, bytes),
      failed: (errors) => unlessLeft(() => fail([...toReply({ errors }).errors]))(),
      ended: unlessLeft(() => end(taker.ended)),
      lost: unlessLeft(() => tryAgain() || end(() => taker.failed([LOST]))),
    });
    close = () => {
      left = true;
      leave();
    };
  }

  function receive(event: unknown, bytes: number): void {
    if (over) return;
    tries = 0;
    heard = true;
    const data = isFields(event) && isFields(event.data) ? event.data : null;
    const seq = resume && data ? resume.seqOf(data) : undefined;
    if (resume && seq !== undefined) variables[resume.variable] = seq;
    if (traits.latest) forgetWaiting();
    waiting.push({ event, seq, bytes });
    waitingBytes += bytes;
    if (waiting.length >= limits.waitingEvents || (waiting.length > 1 && waitingBytes > limits.waitingEventBytes)) pause();
    if (!taking) void takeAll();
  }

  function pause(): void {
    if (!resume) return stop(taker.overflow);
    paused = true;
    close();
  }

  async function takeAll(): Promise<void> {
    taking = true;
    for (let next = waiting.shift(); next !== undefined && !over; next = waiting.shift()) {
      waitingBytes -= next.bytes;
      await taker.take(next.event, next.seq);
    }
    taking = false;
    if (atEnd) atEnd();
    else if (paused && !over) {
      paused = false;
      subscribe();
    }
  }

  /** What came before the end is taken before the end is told. */
  function end(tell: () => void): void {
    atEnd = () => stop(tell);
    if (!taking) atEnd();
  }

  /** A fault of the owner's in the middle of a stream may be gone in a moment; a refusal stays one. */
  function fail(errors: readonly RunError[]): void {
    if (heard && errors.every(({ code }) => PASSING.has(code)) && tryAgain()) return;
    end(() => taker.failed(errors));
  }

  function tryAgain(): boolean {
    const wait = resume ? limits.resumeAfterMs[tries] : undefined;
    if (wait === undefined) return false;
    tries++;
    log.info({ requestId: context.requestId, service: primary.service, tries }, 'upstream lost, taking it up again');
    timer = setTimeout(subscribe, wait);
    return true;
  }

  function stop(tell: () => void = () => {}): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    forgetWaiting();
    close();
    tell();
  }

  function forgetWaiting(): void {
    waiting.length = 0;
    waitingBytes = 0;
  }

  return () => stop();
}

const PASSING: ReadonlySet<string> = new Set(['INTERNAL', 'SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT']);

const LOST: RunError = {
  code: 'SUBGRAPH_UNAVAILABLE',
  message: 'The source of this subscription was lost; subscribe again after the last seq.',
};
