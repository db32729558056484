import { expect, test } from 'vitest';
import { validate } from './validate.ts';

const good = {
  iban: 'DE89370400440532013000', maloId: '41373559241', meterNumber: '1EMH0012345678', gridOperatorCode: '9999000100012', meteringOperatorCode: null, expectedWattHours: 3_500_000n,
  tariff: { consumptionFromWattHours: 1_000_000n, consumptionUntilWattHours: 10_000_000n }, placeKnown: true, meterElsewhere: null,
};

test.each([
  ['all of it right', {}, 'PASSED', []],
  ['nothing known of the market location', { maloId: null, meterNumber: null }, 'PASSED', []],
  ['the lowest consumption', { expectedWattHours: 1_000_000n }, 'PASSED', []],
  ['the highest consumption', { expectedWattHours: 9_999_999n }, 'PASSED', []],
  ['too little consumption', { expectedWattHours: 999_999n }, 'FAILED', [['expectedWattHours', '1000000 to 9999999 Wh']]],
  ['too much consumption', { expectedWattHours: 10_000_000n }, 'FAILED', [['expectedWattHours', '1000000 to 9999999 Wh']]],
  ['a wrong account', { iban: 'DE89370400440532013001' }, 'FAILED', [['iban', 'an IBAN with its check digits']]],
  ['a place of nowhere', { placeKnown: false }, 'FAILED', [['deliveryAddress', null]]],
  ['a mistyped market location', { maloId: '41373559242' }, 'MENDABLE', [['marketLocationId', '11 digits with their check digit']]],
  ['a meter number of umlauts', { meterNumber: 'Zähler' }, 'MENDABLE', [['meterNumber', '1 to 35 printable characters']]],
  ['a meter that is known elsewhere', { meterElsewhere: { path: 'meterNumber', fault: 'measures another', allowed: 'this one' } }, 'MENDABLE', [['meterNumber', 'this one']]],
  ['an operator of gas', { gridOperatorCode: '9800044300007' }, 'MENDABLE', [['gridOperatorCode', 'a BDEW code of 13 digits']]],
  ['both kinds of fault', { iban: 'X', maloId: '1' }, 'FAILED', [['iban', 'an IBAN with its check digits'], ['marketLocationId', '11 digits with their check digit']]],
])('%s', (_, change, outcome, faults) => {
  const found = validate({ ...good, ...change });
  expect(found.outcome).toBe(outcome);
  expect(found.faults.map(({ path, allowed }) => [path, allowed])).toEqual(faults);
});
