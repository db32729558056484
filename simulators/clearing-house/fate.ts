import { dayOf, readDay, readInstant } from '../world/berlin.ts';
import { latestTransmissionDay } from '../world/calendar.ts';
import { chance, pick } from '../world/random.ts';
import { IN_PROGRESS, TOO_LATE, type Answerable, type Outcome } from './catalogue.ts';

export type Odds = {
  rejected: number;
  twice: number;
  outOfOrder: number;
  loseCallbacks: number;
  late: { probability: number; ms: number } | null;
};

/** What becomes of one message on its way through the market. */
export type Fate = Readonly<{
  /** Null: not rejected by chance. */
  rejection: Outcome | null;
  /** The answer comes a second time, as the same message or under another id. */
  again: 'same id' | 'new id' | null;
  answerFirst: boolean;
  loses: Readonly<{ acknowledgement: boolean; answer: boolean }>;
  lateMs: number;
}>;

/** Depends on seed and subject (MaLo, identifier, how often it came), so that concurrency changes nothing. */
export function fateOf(seed: string, subject: string, odds: Odds, answer: Answerable | undefined): Fate {
  const meets = (what: string, probability: number) => chance(seed, what, subject) < probability;
  return {
    rejection: answer && answer.rejections.length > 0 && meets('rejected', odds.rejected) ? pick(answer.rejections, seed, 'rejection', subject) : null,
    again: meets('twice', odds.twice) ? pick(['same id', 'new id'] as const, seed, 'again', subject) : null,
    answerFirst: meets('out of order', odds.outOfOrder),
    loses: {
      acknowledgement: meets('acknowledgement lost', odds.loseCallbacks),
      answer: meets('answer lost', odds.loseCallbacks),
    },
    lateMs: odds.late && meets('late', odds.late.probability) ? odds.late.ms : 0,
  };
}

/** The two reasons of the network operator that are not chance. The day of transmission is what the message says. */
export function lawfulRejection({
  start,
  sentAt,
  isInProgress,
}: {
  start: unknown;
  sentAt: unknown;
  isInProgress: boolean;
}): Outcome | null {
  const [startDay, sentMs] = [readDay(start), readInstant(sentAt)];
  if (startDay === null || sentMs === null) return null;
  const sentOn = dayOf(sentMs);
  if (sentOn > latestTransmissionDay(startDay)) return TOO_LATE;
  return isInProgress ? IN_PROGRESS : null;
}
