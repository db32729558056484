import { earliestSupplyStart, nextMarketWorkingDay } from '@stromgraph/kernel/calendar';
import { atLocalTime, type LocalDate } from '@stromgraph/kernel/time';

/** The network operator answers by then on the working day after transmission. */
const ANSWER_BY = '11:00';

/** The wished day, or the earliest lawful one when the wish is sooner or there is none. Never retroactive. */
export function supplyStart({ sentOn, desiredStartOn }: { sentOn: LocalDate; desiredStartOn: LocalDate | null }): LocalDate {
  const earliest = earliestSupplyStart(sentOn);
  return desiredStartOn !== null && desiredStartOn > earliest ? desiredStartOn : earliest;
}

/** When the network operator must have answered an application of a day. */
export const answerDueAt = (sentOn: LocalDate): Date => atLocalTime(nextMarketWorkingDay(sentOn), ANSWER_BY);
