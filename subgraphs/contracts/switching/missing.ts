import { type IdentifierInvalid, parseBdewCode, parseMaloId, parseMeterNumber } from '@stromgraph/kernel/market-ids';
import { fault, type InputFault, isProblem, problem, type Problem } from '@stromgraph/kernel/problem';
import type { MaloDraft } from '../drafts/draft.ts';

/** What an application names; without it none leaves. */
export type Identifiers = Readonly<{ maloId: string; gridOperatorCode: string; meterNumber: string; meteringOperatorCode: string | null }>;
export type SwitchNotPossible = Problem<'SwitchNotPossible', { missing: readonly InputFault[] }>;

/** The identifiers in their normal form, or everything that is missing or wrong with them. */
export function identifiersOf(
  malo: Pick<MaloDraft, 'maloId' | 'gridOperatorCode' | 'meterNumber' | 'meteringOperatorCode' | 'status'>,
): Identifiers | SwitchNotPossible {
  const missing: InputFault[] = malo.status === 'EDITED' ? [fault('maloDraft', 'waits for the approval of a second person')] : [];
  const read = (path: string, text: string | null, parse: (text: string) => string | IdentifierInvalid, allowed: string): string => {
    const parsed = text === null ? null : parse(text);
    if (typeof parsed === 'string') return parsed;
    missing.push(fault(path, isProblem(parsed) ? parsed.reason : 'is not known', allowed));
    return '';
  };
  const maloId = read('maloId', malo.maloId, parseMaloId, '11 digits with their check digit');
  const gridOperatorCode = read('gridOperatorCode', malo.gridOperatorCode, parseBdewCode, 'a BDEW code of 13 digits');
  const meterNumber = read('meterNumber', malo.meterNumber, parseMeterNumber, '1 to 35 printable characters');
  const meteringOperatorCode =
    malo.meteringOperatorCode === null
      ? null
      : read('meteringOperatorCode', malo.meteringOperatorCode, parseBdewCode, 'a BDEW code of 13 digits');
  return missing.length > 0 ? switchNotPossible(missing) : { maloId, gridOperatorCode, meterNumber, meteringOperatorCode };
}

/** A meter measures one market location: one of the two numbers is wrong, or the other contract's is. */
export const inUseElsewhere = ({ by, contractId }: Readonly<{ by: 'APPLICATION' | 'SUPPLY'; contractId: string }>, which = ''): InputFault =>
  fault('meterNumber', `${which}${by === 'SUPPLY' ? 'measures' : 'is applied for at'} another market location under the contract ${contractId}`, 'the number of the meter at this market location');

export const switchNotPossible = (missing: readonly InputFault[]): SwitchNotPossible =>
  problem('SwitchNotPossible', `Nothing was sent: ${missing.map(({ path, fault: what }) => `${path} ${what}`).join('; ')}.`, { missing });
