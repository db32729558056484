import { isSamePerson, requireActor } from '@stromgraph/kernel/auth';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { fault, invalid, type InputInvalid, isProblem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { berlinDay } from '../intervals/berlin-day.ts';
import { mostWattHours } from '../validation/check-interval.ts';
import { placesOfFinding } from '../review/places.ts';
import { lockRegisters } from '../store/estimation.ts';
import { lockOpenFinding, type StoredFinding } from '../store/findings.ts';
import { approve, type Person, propose, take } from '../store/reviews.ts';
import { announceSome } from './announce-batch.ts';
import { estimateGaps } from './estimate-gaps.ts';
import { type FindingTaken, type Gone, openFinding } from './open-finding.ts';
import { releaserOf } from './release-finding.ts';
import { setValues } from './set-values.ts';
import { workedDays } from './work-over-days.ts';

export type Decision = 'RELEASE' | 'ESTIMATE' | 'PROPOSE' | 'APPROVE';
export type FindingDecision = Readonly<{ findingId: string; decision: Decision; reason: string; wattHours: readonly bigint[] | null }>;
type Outcome = StoredFinding | Gone | FindingTaken | InputInvalid;

/** From now on the others see who looks at it. */
export async function takeFinding(ctx: DomainContext, findingId: string): Promise<StoredFinding | Gone | FindingTaken> {
  const person = requireActor(ctx.actor);
  const now = await ctx.now();
  return transact(ctx.db, async (tx) => {
    const finding = await openFinding(tx, findingId, person, now);
    if (isProblem(finding)) return finding;
    await take(tx, finding.id, person, now);
    return (await lockOpenFinding(tx, finding.id))!;
  });
}

/** Decides what becomes of a finding: the values are right, are estimated anew, or are set by hand, for which it takes two people. */
export async function decideFinding(ctx: DomainContext, order: FindingDecision): Promise<Outcome> {
  const person = requireActor(ctx.actor);
  const now = await ctx.now();
  return transact(ctx.db, async (tx): Promise<Outcome> => {
    const finding = await openFinding(tx, order.findingId, person, now, order.decision !== 'APPROVE');
    if (isProblem(finding)) return finding;
    if (finding.readingId && order.decision !== 'RELEASE') return invalid([fault('decision', `${finding.rule} is about a reading of a counter`, 'RELEASE, or another reading by ingestReadings')]);
    if (finding.isOfDelivery && order.decision !== 'RELEASE') return invalid([fault('decision', `${finding.rule} is about how a value was delivered`, 'RELEASE, or another value by ingestReadings')]);
    const refused = await DECIDE[order.decision](tx, finding, { ...order, person, now });
    return refused ?? finding;
  });
}

type Given = FindingDecision & Readonly<{ person: Person; now: Date }>;
const DECIDE: Readonly<Record<Decision, (tx: Tx, finding: StoredFinding, given: Given) => Promise<InputInvalid | null>>> = {
  RELEASE: async (tx, finding, { reason, person, now }) => {
    await releaserOf(finding)(tx, finding, { reason, by: person.name, at: now });
    while (await announceSome(tx, finding.batchId));
    return null;
  },
  ESTIMATE: async (tx, { registerId, day, rule, start }, { reason, person, now }) => {
    if (rule !== 'R01' && !start) return invalid([fault('decision', `${rule} is about the whole day, of which nothing would be left to estimate from`, 'RELEASE or PROPOSE')]);
    const doubted = rule === 'R01' ? {} : { doubted: [start!.getTime()] };
    const { left } = await estimateGaps(tx, [{ registerId, day }], { now, by: person.name, reason, rule, ...doubted });
    return left.length === 0 ? null : invalid([fault('decision', 'no method of estimation has its inputs for this day', 'PROPOSE')]);
  },
  PROPOSE: async (tx, finding, { wattHours, reason, person, now }) => {
    const starts = await placesToFill(tx, finding);
    if (wattHours?.length !== starts.length) return invalid([fault('wattHours', `has ${wattHours?.length ?? 0} values`, `${starts.length}, one per interval that the finding is about`)]);
    const below = wattHours.findIndex((value) => value < 0n);
    if (below >= 0) return invalid([fault(`wattHours.${below}`, 'is negative', '0 or more')]);
    const most = await mostOf(tx, finding);
    const above = wattHours.findIndex((value) => value > most);
    if (above >= 0) return invalid([fault(`wattHours.${above}`, 'is more than the connection can use in an interval', `0 to ${most} Wh`)]);
    await propose(tx, finding.id, { starts: starts.map((startMs) => new Date(startMs)), wattHours, reason }, person, now);
    return null;
  },
  APPROVE: async (tx, { registerId, day, rule, proposal }, { reason, person, now }) => {
    if (!proposal) return invalid([fault('decision', 'nothing is proposed', 'PROPOSE first')]);
    if (isSamePerson(proposal.byId, person.id)) return invalid([fault('decision', 'two people stand behind a value that is set by hand', `somebody else than ${proposal.by}`)]);
    await approve(tx, proposal, person, now);
    const [{ minutes } = { minutes: null }] = await lockRegisters(tx, [registerId]);
    const values = proposal.starts.map((start, nth) => ({
      registerId, startMs: start.getTime(), minutes: minutes ?? 15, wattHours: proposal.wattHours[nth]!, method: 'BY_HAND' as const, reason: proposal.reason,
      inputs: { note: `proposed by ${proposal.by}, approved by ${person.name} (${reason})` },
    }));
    await setValues(tx, [{ registerId, day, rule, detail: `${values.length} values were set by hand: ${proposal.reason}` }], values, { now, by: person.name, proposalId: proposal.id });
    return null;
  },
};

/** What an interval may hold when it comes in, holds for one that is set by hand. */
async function mostOf(tx: Tx, { registerId, day }: StoredFinding): Promise<bigint> {
  const [{ minutes, places } = { minutes: null, places: [] as { fromMs: number; untilMs: number; expectedWattHours: bigint }[] }] = await lockRegisters(tx, [registerId]);
  const { fromMs, untilMs } = berlinDay(day);
  const there = places.findLast((place) => place.fromMs < untilMs && fromMs < place.untilMs);
  return BigInt(mostWattHours({ expectedWattHours: there?.expectedWattHours ?? 0n }, minutes ?? 15));
}

async function placesToFill(tx: Tx, { registerId, day, rule, start }: StoredFinding): Promise<number[]> {
  const [register] = await lockRegisters(tx, [registerId]);
  const { days } = await workedDays(tx, [{ registerId, day }]);
  return placesOfFinding({ day, rule, start }, { minutes: days[0]!.minutes, knownMs: new Set(days[0]!.startsMs), places: register!.places });
}
