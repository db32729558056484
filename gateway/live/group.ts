import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { groupOf, PERSONAL } from '@stromgraph/kernel/auth';
import { formatErrors } from '../graphql-reply.ts';
import type { RunError } from '../execute/run.ts';
import { newRequestId } from '../request-id.ts';
import { joinEvent } from './join.ts';
import { makeMember, type Member } from './member.ts';
import { subscribeAlone, type Subscriber } from './subscription.ts';
import { openUpstream } from './upstream.ts';

/** Subscribers of equal operation, variables and rights: one source, one join and one text per event. */
export type Group = Readonly<{ join: (subscriber: Subscriber, afterSeq: number | undefined) => () => void }>;

/** Why nobody can join any more: the last has left or the source has ended, or an answer depends on who asks. */
export type GroupEnd = (why: 'over' | 'personal') => void;

/** A fan-out that is longer lets others have the event loop in between. */
const TOLD_AT_ONCE = 100;

/**
 * The first subscriber opens the source. A later one is first brought to where the others are, by a source of its own
 * that ends there; meanwhile the events of all are kept for it.
 */
export function makeGroup(first: Subscriber, from: number | undefined, onEnd: GroupEnd): Group {
  const { accepted, primary, source, limits, log } = first;
  const { actor, tenant } = first.context;
  const context = { actor: actor && groupOf(actor), tenant, requestId: newRequestId(), deadlineAt: Number.MAX_SAFE_INTEGER };
  const members = new Set<Member>();
  /** Came with a `seq` before it is known where the others are. */
  const undecided = new Set<Member>();
  const alone = new Map<Member, () => void>();
  const bringing = new Set<() => void>();
  /** Came without a `seq` while others were fetching the state: they fetch it together, next. */
  let arriving: Member[] = [];
  let fetchingState = false;
  let at = from;
  let over = false;
  const stopSource = openUpstream({ primary, variables: variablesAfter(from), source, context, limits, log }, { take, failed, ended, overflow: ended });

  function variablesAfter(afterSeq: number | undefined) {
    return primary.variables(accepted.variables, afterSeq ?? null);
  }

  async function take(event: unknown, seq: unknown): Promise<void> {
    const payload = await joinEvent({ accepted, primary, context, eventMs: limits.eventMs, log }, event);
    if (over) return;
    if (payload === null) return breakUp();
    if (typeof seq === 'number') at = seq;
    let told = 0;
    for (const member of members) {
      member.tell(payload, seq);
      if (++told % TOLD_AT_ONCE === 0) await yieldToOthers();
    }
    for (const member of undecided) place(member);
    undecided.clear();
  }

  /** Where the newcomer gets what the others have had. */
  function place(member: Member): void {
    const has = member.at();
    if (has !== undefined && at !== undefined && has >= at) return member.release(has);
    if (has !== undefined) return bring([member], has);
    arriving.push(member);
    if (!fetchingState) fetchState();
  }

  function fetchState(): void {
    const together = arriving.filter((member) => members.has(member));
    arriving = [];
    fetchingState = together.length > 0;
    if (fetchingState) bring(together, undefined, fetchState);
  }

  function bring(newcomers: readonly Member[], afterSeq: number | undefined, then = () => {}): void {
    const until = at;
    const present = () => newcomers.filter((member) => members.has(member));
    let left = false;
    const stop = openUpstream(
      { primary, variables: variablesAfter(afterSeq), source, context: { ...context, ...(until !== undefined && { untilSeq: until }) }, limits, log },
      {
        async take(event, seq) {
          const payload = await joinEvent({ accepted, primary, context, eventMs: limits.eventMs, log }, event);
          if (left) return;
          if (payload === null) return breakUp();
          for (const member of present()) member.bring(payload, seq);
        },
        failed: (errors) => (isPersonal(errors) ? breakUp() : leave(() => fail(present(), errors))),
        ended: () => leave(() => present().forEach((member) => member.release(until))),
        overflow: () => leave(() => present().forEach(({ subscriber }) => subscriber.outlet.overflow())),
      },
    );
    const end = () => {
      left = true;
      stop();
    };
    bringing.add(end);

    function leave(tell: () => void): void {
      bringing.delete(end);
      tell();
      if (!over) then();
    }
  }

  function failed(errors: readonly RunError[]): void {
    if (isPersonal(errors)) return breakUp();
    const those = [...members];
    end();
    fail(those, errors);
  }

  function ended(): void {
    const those = [...members];
    end();
    for (const { subscriber } of those) subscriber.outlet.complete();
  }

  function fail(those: readonly Member[], errors: readonly RunError[]): void {
    const text = formatErrors(errors, context.requestId, log);
    for (const { subscriber } of those) subscriber.outlet.error(text);
  }

  function breakUp(): void {
    log.info({ requestId: context.requestId, operation: accepted.name }, 'a shared subscription depends on who asks');
    const apart = [...members];
    end('personal');
    for (const member of apart) alone.set(member, subscribeAlone({ ...member.subscriber, afterSeq: member.at() }));
  }

  function end(why: Parameters<GroupEnd>[0] = 'over'): void {
    if (over) return;
    over = true;
    stopSource();
    for (const stop of bringing) stop();
    members.clear();
    onEnd(why);
  }

  function join(subscriber: Subscriber, afterSeq: number | undefined): () => void {
    const member = makeMember(subscriber, afterSeq);
    const isFirst = subscriber === first;
    members.add(member);
    // Nothing has come yet, and this one asks for no less than the first: what comes is its beginning too.
    if (!isFirst && (at !== undefined || afterSeq !== undefined)) {
      member.hold();
      if (at === undefined) undecided.add(member);
      else place(member);
    }
    return () => {
      alone.get(member)?.();
      members.delete(member);
      undecided.delete(member);
      if (members.size === 0) end();
    };
  }

  return { join };
}

const isPersonal = (errors: readonly RunError[]): boolean => errors.some(({ code }) => code === PERSONAL);
