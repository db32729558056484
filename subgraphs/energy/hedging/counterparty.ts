import { parseEic } from '@stromgraph/kernel/market-ids';
import { fault, type InputFault, isProblem } from '@stromgraph/kernel/problem';

/** With whom we trade: its balancing group is what a schedule names. */
export type Counterparty = Readonly<{ name: string; eic: string; knownAt: Date; knownBy: string }>;
export type NewCounterparty = Readonly<{ name: string; eic: string }>;

export const EIC_ALLOWED = 'an EIC of type X: 16 characters, such as 11XSTROMGRAPH--B';
const MAX_NAME = 200;

export const faultsOfName = (path: string, name: string): InputFault[] =>
  name.length < 1 || name.length > MAX_NAME || name !== name.trim() ? [fault(path, 'is not a name', `1 to ${MAX_NAME} characters without spaces around`)] : [];

/** What is wrong with the EIC of a balancing group. */
export function faultsOfEic(path: string, eic: string): InputFault[] {
  const read = parseEic(eic, 'X');
  return isProblem(read) ? [fault(path, `${eic} is refused: ${read.message}`, EIC_ALLOWED)] : [];
}

/** A name stands for one balancing group, and a balancing group has one name: what is known beside it, where that is another. */
export function faultsOfAnother(path: string, { name, eic }: NewCounterparty, known: readonly Counterparty[]): InputFault[] {
  const named = known.find((one) => one.name === name);
  if (named) return named.eic === eic ? [] : [fault(path, `is not the EIC of ${name}`, named.eic)];
  const taken = known.find((one) => one.eic === eic);
  return taken ? [fault(path, `${eic} is the EIC of ${taken.name}`, `that of ${name}`)] : [];
}
