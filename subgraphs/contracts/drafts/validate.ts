import type { WattHours } from '@stromgraph/kernel/energy';
import { type IdentifierInvalid, parseBdewCode, parseMaloId, parseMeterNumber } from '@stromgraph/kernel/market-ids';
import { fault, type InputFault, isProblem } from '@stromgraph/kernel/problem';
import { parseIban } from './iban.ts';

export type Validation = Readonly<{ outcome: 'PASSED' | 'MENDABLE' | 'FAILED'; faults: readonly InputFault[] }>;
type Checked = Readonly<{
  iban: string | null;
  maloId: string | null;
  meterNumber: string | null;
  gridOperatorCode: string | null;
  meteringOperatorCode: string | null;
  expectedWattHours: WattHours;
  tariff: Readonly<{ consumptionFromWattHours: WattHours; consumptionUntilWattHours: WattHours }> | null;
  placeKnown: boolean;
  /** What speaks against the meter that is named, where it is known at another market location. */
  meterElsewhere: InputFault | null;
}>;

/**
 * Judges a signed contract. What staff can mend at the market location keeps it a draft; what only the customer could mend
 * (account, consumption, place) ends it.
 */
export function validate(draft: Checked): Validation {
  const mendable = [
    ...said('marketLocationId', draft.maloId, parseMaloId, '11 digits with their check digit'),
    ...said('meterNumber', draft.meterNumber, parseMeterNumber, '1 to 35 printable characters'),
    ...(draft.meterElsewhere ? [draft.meterElsewhere] : []),
    ...said('gridOperatorCode', draft.gridOperatorCode, parseBdewCode, 'a BDEW code of 13 digits'),
    ...said('meteringOperatorCode', draft.meteringOperatorCode, parseBdewCode, 'a BDEW code of 13 digits'),
  ];
  const final = [
    ...said('iban', draft.iban, parseIban, 'an IBAN with its check digits'),
    ...(draft.placeKnown ? [] : [fault('deliveryAddress', 'is no place that we supply')]),
    ...consumptionFaults(draft),
  ];
  return { outcome: final.length > 0 ? 'FAILED' : mendable.length > 0 ? 'MENDABLE' : 'PASSED', faults: [...final, ...mendable] };
}

function consumptionFaults({ expectedWattHours, tariff }: Checked): InputFault[] {
  if (!tariff) return [fault('tariffId', 'is not known any more')];
  const { consumptionFromWattHours: from, consumptionUntilWattHours: until } = tariff;
  if (from <= expectedWattHours && expectedWattHours < until) return [];
  return [fault('expectedWattHours', `${expectedWattHours} Wh are outside the tariff's range`, `${from} to ${until - 1n} Wh`)];
}

function said(path: string, text: string | null, parse: (text: string) => string | IdentifierInvalid, allowed: string): InputFault[] {
  const parsed = text === null ? '' : parse(text);
  return isProblem(parsed) ? [fault(path, parsed.reason, allowed)] : [];
}
