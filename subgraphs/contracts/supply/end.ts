import { earliestSupplyStart } from '@stromgraph/kernel/calendar';
import { fault, invalid, type InputInvalid, problem, type Problem } from '@stromgraph/kernel/problem';
import { addDays, addMonths, type LocalDate } from '@stromgraph/kernel/time';
import { refuseStep, type StateForbidsIt } from '../drafts/transitions.ts';
import type { Contract } from './contract.ts';

/** Why a contract ends, as it is asked for: notice, revocation (§ 355 BGB), breach, or the customer moves out. */
export type EndCause = 'NOTICE' | 'REVOCATION' | 'BREACH' | 'MOVE_OUT';
export type EndReason = 'CANCELLATION' | 'REVOCATION' | 'BREACH' | 'MOVE_OUT';
export type ContractEndsAlready = Problem<'ContractEndsAlready', { endOn: LocalDate }>;

/** It never comes to a supply, or supply has a last day; a revocation within supply takes effect at once, and supply ends as soon as the market lets it. */
export type End = Readonly<{ reason: EndReason } & ({ state: 'CANCELLED' | 'REVOKED'; endOn: null } | { state: 'REVOKED' | null; endOn: LocalDate })>;

export const REVOCATION_DAYS = 14;
const MAX_MONTHS_AHEAD = 24;
const REASON_OF = { NOTICE: 'CANCELLATION', REVOCATION: 'REVOCATION', BREACH: 'BREACH', MOVE_OUT: 'MOVE_OUT' } as const;

type Ending = Pick<Contract, 'state' | 'startOn' | 'endOn'>;
type Asked = Readonly<{ cause: EndCause; endOn: LocalDate | null; today: LocalDate; termEndsOn: LocalDate | null }>;

/**
 * How a contract ends that is asked to. `endOn` is the first day without supply: never retroactive, not before the market can do it, by notice
 * not before the minimum term and a month have passed; null for the earliest such day, and before the start of supply for none at all.
 */
export function decideEnd(contract: Ending, { cause, endOn, today, termEndsOn }: Asked): End | StateForbidsIt | ContractEndsAlready | InputInvalid {
  const reason = REASON_OF[cause];
  const target = cause === 'REVOCATION' ? 'REVOKED' : 'TERMINATED';
  if (!['CONFIRMED', 'ACTIVE', 'SUSPENDED'].includes(contract.state)) return refuseStep(contract.state, target)!;
  if (cause === 'REVOCATION' && endOn !== null) return invalid([fault('endOn', 'is not chosen for a revocation', 'nothing: supply ends as soon as the market lets it')]);
  if (contract.state === 'CONFIRMED' && today < contract.startOn && (endOn === null || endOn <= contract.startOn))
    return { state: cause === 'REVOCATION' ? 'REVOKED' : 'CANCELLED', endOn: null, reason };
  if (cause === 'REVOCATION') return revoked(contract, today);
  if (contract.endOn !== null) return problem('ContractEndsAlready', `Its supply ends on ${contract.endOn} already.`, { endOn: contract.endOn });
  const earliest = latestOf(earliestSupplyStart(today), addDays(contract.startOn, 1), ...(cause === 'NOTICE' ? [addMonths(today, 1), termEndsOn ?? today] : []));
  const latest = addMonths(latestOf(earliest, today), MAX_MONTHS_AHEAD);
  if (endOn !== null && (endOn < earliest || endOn > latest)) return invalid([fault('endOn', `${endOn} is ${endOn < earliest ? 'too soon' : 'too far ahead'}`, `${earliest} to ${latest}`)]);
  return { state: null, endOn: endOn ?? earliest, reason };
}

function revoked({ state, startOn, endOn }: Ending, today: LocalDate): End | StateForbidsIt | InputInvalid {
  const refused = state === 'CONFIRMED' ? null : refuseStep(state, 'REVOKED');
  if (refused) return refused;
  const until = addDays(startOn, REVOCATION_DAYS);
  if (today > until) return invalid([fault('cause', `supply began on ${startOn}; it can be revoked for ${REVOCATION_DAYS} days`, `REVOCATION until ${until}, later NOTICE`)]);
  const earliest = earliestSupplyStart(today);
  return { state: 'REVOKED', endOn: endOn !== null && endOn < earliest ? endOn : earliest, reason: 'REVOCATION' };
}

const latestOf = (...days: LocalDate[]): LocalDate => days.reduce((a, b) => (a > b ? a : b));
