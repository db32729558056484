import { expect, test } from 'vitest';
import { readSums } from './sums.ts';

const sums = ({ month = '2026-10-01', ...change }: Record<string, unknown> = {}) => ({
  stammdaten: { SUMMENZEITREIHE: [{ bilanzkreis: '11XSTROMGRAPH--B', bilanzierungsgebiet: '11YSTROM-NORD--9', zeitreihentyp: 'LGS', erstelltAm: '2026-11-10T09:00:00+01:00', werte: Array.from({ length: 2980 }, () => '4.123'), ...change }] },
  transaktionsdaten: { monat: month },
  zusatzdaten: {},
});

test('October has four quarter hours more than 31 days of 96; kilowatt-hours become whole watt-hours', () => {
  const [sum] = readSums(sums()) as Exclude<ReturnType<typeof readSums>, string>;
  expect(sum).toMatchObject({ balancingGroupCode: '11XSTROMGRAPH--B', gridAreaCode: '11YSTROM-NORD--9', month: '2026-10-01', kind: 'MEASURED', formedAt: '2026-11-10T08:00:00.000Z' });
  expect(new Set(sum!.wattHours)).toEqual(new Set([4123]));
});

// Whatever cannot be read goes to a person with what is wrong.
test.each([
  ['no month', { month: null }, 'its month is missing'],
  ['a month that begins in its middle', { month: '2026-10-02' }, 'its month is 2026-10-02'],
  ['a group with a wrong check character', { bilanzkreis: '11XSTROMGRAPH--C' }, 'series 0: its balancing group is 11XSTROMGRAPH--C'],
  ['a group in place of the area', { bilanzierungsgebiet: '11XSTROMGRAPH--B' }, 'series 0: its grid area is 11XSTROMGRAPH--B'],
  ['an unknown type', { zeitreihentyp: 'ZZZ' }, 'series 0: its type is ZZZ'],
  ['no version', { erstelltAm: '2026-11-10' }, 'series 0: it was formed at 2026-11-10'],
  ['a day too few', { werte: ['1'] }, 'series 0: it has 1 values where the month has 2980 quarter hours'],
  ['a fraction of a watt-hour', { werte: Array.from({ length: 2980 }, () => '4.1234') }, 'series 0: its value 0 is not an amount of energy'],
  ['negative energy', { werte: Array.from({ length: 2980 }, () => '-1') }, 'series 0: its value 0 is not an amount of energy'],
])('%s', (_, change, said) => expect(readSums(sums(change))).toBe(said));

test('a message without a series says nothing', () => expect(readSums({ ...sums(), stammdaten: {} })).toBe('it has no series'));
