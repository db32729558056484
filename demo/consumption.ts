// How much a meter measures: the shape of its trade, the season, the weather, and its own habits. Whole watt-hours.
import type { CalendarDay } from './calendar-day.ts';
import { slotOf } from './calendar-day.ts';
import type { DemoContract } from './portfolio.ts';
import { hash32, mulberry32 } from './random.ts';
import { dayShape, type Profile, season, SLOTS } from './shapes.ts';

/** How far a quarter hour may lie from what was expected: a household's kettle is most of its load, a business has many. */
const RESTLESS: Readonly<Record<Profile, number>> = { H25: 0.75, G25: 0.25, L25: 0.35 };

/** The watt-hours of a meter in every quarter hour of a day. */
export function quarterHoursOf(contract: Pick<DemoContract, 'ordinal' | 'profile' | 'expectedWattHours' | 'area'>, at: CalendarDay): number[] {
  const restless = RESTLESS[contract.profile];
  const next = mulberry32(hash32(`${contract.ordinal} ${at.day}`));
  const weather = 0.96 + 0.08 * mulberry32(hash32(`weather ${contract.area.code} ${at.day}`))();
  const yearly = contract.expectedWattHours * season(contract.profile, at) * weather * (0.85 + 0.3 * next());
  const shape = dayShape(contract.profile, at.type);
  // A meter's people get up earlier or later than the average.
  const shift = (contract.ordinal % 5) - 2 + SLOTS;
  return Array.from({ length: at.quarterHours }, (_, index) =>
    Math.round(yearly * shape[(slotOf(index, at.quarterHours) + shift) % SLOTS]! * (1 - restless + 2 * restless * next())),
  );
}
