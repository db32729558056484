import { replayQueueOf } from '@stromgraph/kernel/dead-letters';
import { isId } from '@stromgraph/kernel/ids';
import { fault, invalid, problem } from '@stromgraph/kernel/problem';
import { addJobs } from '@stromgraph/kernel/queue';
import type { Tenant } from '@stromgraph/kernel/runtime';
import type { OperationsRuntime } from '../runtime.ts';
import { domainsOf } from '../store/domains.ts';
import { type ParkedAggregate, parkedAggregates, parkedEvents } from '../store/dead-letters.ts';

export type Replay = Readonly<{ publisher: string; aggregateType: string; aggregateId: string; state: 'APPLIED' | 'FAILED_AGAIN' | 'UNDER_WAY'; error: string | null }>;
type Ask = Readonly<{ hearer: string; eventIds: readonly string[] | null }>;

const MOST_AGGREGATES = 500;
const MOST_EVENTS = 500;
const LOOK_MS = 50;
/** Below a request's time budget; what is not finished by then goes on by itself. */
const PATIENCE_MS = 4_000;

/** The hearing domain applies its letters itself: operations only asks for it and looks at what came of it. */
export async function replayDeadLetters(runtime: OperationsRuntime, tenant: Tenant<any>, { hearer, eventIds }: Ask) {
  if (!(await domainsOf(tenant.db)).includes(hearer)) return problem('HearerNotFound', `No domain ${hearer} hears events.`, { hearer });
  const wrong = eventIds?.findIndex((id) => !isId(id)) ?? -1;
  if (wrong >= 0) return invalid([fault(`eventIds.${wrong}`, 'is not an event id', 'a UUID')]);
  if (eventIds && (eventIds.length === 0 || eventIds.length > MOST_EVENTS)) return invalid([fault('eventIds', `${eventIds.length} ids`, `1 to ${MOST_EVENTS}, or null for all`)]);
  if (eventIds) {
    const parked = await parkedEvents(tenant.db, hearer, eventIds);
    const missing = eventIds.find((id) => !parked.has(id));
    if (missing) return problem('DeadLetterNotFound', `${hearer} has no dead letter of the event ${missing}.`, { eventId: missing });
  }
  const before = await parkedAggregates(tenant.db, hearer, eventIds, MOST_AGGREGATES);
  await addJobs(runtime, tenant, replayQueueOf(hearer), before.map(({ domain, aggregateType, aggregateId }) => ({ domain, aggregateType, aggregateId })));
  return { replays: await outcomes(tenant, hearer, before) };
}

async function outcomes(tenant: Tenant<any>, hearer: string, before: readonly ParkedAggregate[]): Promise<Replay[]> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = new Map((await parkedAggregates(tenant.db, hearer, null, Number.MAX_SAFE_INTEGER)).map((one) => [keyOf(one), one]));
    const replays = before.map((one) => outcomeOf(one, now.get(keyOf(one))));
    if (Date.now() > until || replays.every(({ state }) => state !== 'UNDER_WAY')) return replays;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function outcomeOf(before: ParkedAggregate, now: ParkedAggregate | undefined): Replay {
  const { domain: publisher, aggregateType, aggregateId } = before;
  const about = { publisher, aggregateType, aggregateId };
  if (!now) return { ...about, state: 'APPLIED', error: null };
  // The first letter has another count when it was tried again, and it is another letter when the first was applied.
  if (now.error !== null && now.attempts !== before.attempts) return { ...about, state: 'FAILED_AGAIN', error: now.error };
  return { ...about, state: 'UNDER_WAY', error: null };
}

const keyOf = ({ domain, aggregateType, aggregateId }: ParkedAggregate) => JSON.stringify([domain, aggregateType, aggregateId]);
