import { entryOf, NOTHING_TO_CANCEL, type Answerable, type Outcome } from './catalogue.ts';
import { faultsOf, identifierOf, maloOf, type Envelope } from './envelope.ts';
import { fateOf, lawfulRejection, type Fate, type Odds } from './fate.ts';
import { NACK, type Acknowledgement } from './inbound.ts';
import type { IdentRequest } from './malo-ident.ts';
import { scheduleAnomaly } from './schedule.ts';
import type { SumsDiffer } from './sums.ts';

export type RejectNext = { count: number; code?: string; codeList?: string };
export type Judgement = Odds & {
  seed: string;
  answerDelayMs: number;
  rejectNext: RejectNext | null;
  nackNext: number;
  silentNext: number;
  checkLeadTime: boolean;
  sumsDiffer: SumsDiffer | null;
};

/** Something that will be said to us, so long after what was said before it. Copy 0 said again is the same message. */
export type Step = { what: 'acknowledgement' | 'answer'; waitMs: number; lost: boolean; copy: number };

export type Matter = { kind: 'message'; body: Envelope } | { kind: 'malo-ident'; body: IdentRequest };
export type Ticket = {
  ticketId: string;
  key: string;
  bodyHash: string;
  receivedAt: string;
  status: 'ACCEPTED' | Acknowledgement['status'];
  steps: Step[];
  /** How many steps are done. */
  done: number;
} & ({ kind: 'message'; body: Envelope; verdict: Verdict } | { kind: 'malo-ident'; body: IdentRequest; rejected: boolean });

/** What the clearing house decided about a message when it took it. */
export type Verdict = { acknowledgement: Acknowledgement; outcome: Outcome | null; steps: Step[] };

/** What chance goes by: the same matter, brought for the same time, always meets the same fate. */
export function subjectOf(matter: Matter): string {
  if (matter.kind === 'message')
    return `${maloOf(matter.body) ?? String(matter.body.transaktionsdaten['vorgangsnummer'])} ${identifierOf(matter.body)}`;
  const { identificationParameterId, identificationParameterAddress } = matter.body;
  return JSON.stringify([identificationParameterId ?? null, identificationParameterAddress ?? null]);
}

/** Decides once, at receipt, everything that will happen to a message. Uses up the `…Next` of the control. */
export function judgeMessage(
  envelope: Envelope,
  {
    control,
    subject,
    isInProgress,
    isKnown,
    nowMs,
    lastVersion,
  }: {
    control: Judgement;
    subject: string;
    isInProgress: boolean;
    isKnown: (vorgangsnummer: unknown) => boolean;
    nowMs: number;
    /** Of the schedule's group and day, as far as it was accepted. */
    lastVersion: number;
  },
): Verdict {
  const { transaktionsdaten } = envelope;
  const identifier = identifierOf(envelope);
  const faults = faultsOf(envelope);
  const answer = faults.length > 0 ? undefined : entryOf(identifier)?.answer;
  const fate = fateOf(control.seed, subject, control, answer);
  if (faults.length > 0)
    return { acknowledgement: { status: 'VALIDATION_ERROR', faults }, outcome: null, steps: stepsOf(fate, false, control) };
  if (takeOne(control, 'nackNext')) return { acknowledgement: NACK, outcome: null, steps: stepsOf(fate, false, control) };
  const acknowledgement: Acknowledgement = { status: 'DELIVERED', faults: [] };
  if (takeOne(control, 'silentNext') || !answer) return { acknowledgement, outcome: null, steps: stepsOf(fate, false, control) };
  const lawful = () => {
    if (identifier === '55022') return isKnown(transaktionsdaten['referenzVorgangsnummer']) ? null : NOTHING_TO_CANCEL;
    if (identifier === 'SCHEDULE') return scheduleAnomaly(envelope, { nowMs, lastVersion });
    if (identifier !== '55001' || !control.checkLeadTime) return null;
    return lawfulRejection({
      start: transaktionsdaten['vertragsbeginn'],
      sentAt: transaktionsdaten['nachrichtendatum'],
      isInProgress,
    });
  };
  const outcome = orderedRejection(control, answer) ?? lawful() ?? fate.rejection ?? answer.confirmation;
  return { acknowledgement, outcome, steps: stepsOf(fate, true, control) };
}

/** A MaLo identification has no acknowledgement, only its result. */
export function judgeIdent({ control, subject }: { control: Judgement; subject: string }): { rejected: boolean; steps: Step[] } {
  const fate = fateOf(control.seed, subject, control, { confirmation: NOTHING_TO_CANCEL, rejections: [NOTHING_TO_CANCEL] });
  const steps = stepsOf(fate, true, control).filter(({ what }) => what !== 'acknowledgement');
  return { rejected: takeRejection(control) !== null || fate.rejection !== null, steps };
}

function stepsOf({ again, answerFirst, loses, lateMs }: Fate, hasAnswer: boolean, { answerDelayMs }: Judgement): Step[] {
  const waitMs = Math.round(answerDelayMs / 3);
  const acknowledgement: Step = { what: 'acknowledgement', waitMs, lost: loses.acknowledgement, copy: 0 };
  const main: Step = { what: 'answer', waitMs: answerDelayMs - waitMs + lateMs, lost: loses.answer, copy: 0 };
  const said = hasAnswer ? main : acknowledgement;
  const repeated: Step[] = again === null ? [] : [{ ...said, waitMs: 0, copy: again === 'same id' ? 0 : 1 }];
  if (!hasAnswer) return [acknowledgement, ...repeated];
  return answerFirst ? [main, ...repeated, acknowledgement] : [acknowledgement, main, ...repeated];
}

function takeOne(control: Judgement, what: 'nackNext' | 'silentNext'): boolean {
  if (control[what] <= 0) return false;
  control[what] -= 1;
  return true;
}

function takeRejection(control: Judgement): RejectNext | null {
  const { rejectNext } = control;
  if (!rejectNext) return null;
  control.rejectNext = rejectNext.count > 1 ? { ...rejectNext, count: rejectNext.count - 1 } : null;
  return rejectNext;
}

function orderedRejection(control: Judgement, { rejections }: Answerable): Outcome | null {
  const [usual] = rejections;
  const ordered = usual ? takeRejection(control) : null;
  if (!ordered || !usual) return null;
  const named = rejections.find(({ code, codeList }) => code === ordered.code && (ordered.codeList ?? codeList) === codeList);
  return {
    ...(named ?? usual),
    ...(ordered.code !== undefined && { code: ordered.code }),
    ...(ordered.codeList !== undefined && { codeList: ordered.codeList }),
  };
}
