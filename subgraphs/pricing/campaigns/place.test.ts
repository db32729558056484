import { expect, test } from 'vitest';
import { contradictions, PlaceLine } from './place.ts';

const kiel = PlaceLine.parse({
  postalCode: '24103', city: 'Kiel', district: '', ags: '01002000', gridOperatorCode: '9999000100012', gridOperatorName: 'F', gridAreaCode: '11YSTROM-NORD--9', validFrom: '2026-01-01', validUntil: '2027-01-01',
  gridWorkingCtPerKwh: '8.50', gridBaseCentsPerYear: '8400', meteringCentsPerYear: '1620', concessionCtPerKwh: '1.59',
});

test.each(['city', 'district', 'gridOperatorName'])('U+0000 in %s is refused', (field) => {
  const { error } = PlaceLine.safeParse({ ...kiel, [field]: 'a\0b' });
  expect(error?.issues).toMatchObject([{ path: [field], message: expect.stringContaining('U+0000') }]);
});

test.each([
  ['the same again', {}, []],
  ['the same written otherwise', { gridWorkingCtPerKwh: '8.5' }, []],
  ['another fee for later days', { gridWorkingCtPerKwh: '9', concessionCtPerKwh: '1.66', validFrom: '2027-01-01', validUntil: null }, []],
  ['another fee at another place', { district: 'Gaarden', gridWorkingCtPerKwh: '9' }, []],
  ['another fee on the same days', { gridWorkingCtPerKwh: '9' }, ['rows.2.gridWorkingCtPerKwh']],
  ['another fee from the last day on', { gridWorkingCtPerKwh: '9', validFrom: '2026-12-31' }, ['rows.2.gridWorkingCtPerKwh', 'rows.2.concessionCtPerKwh']],
  ['another levy in the municipality', { district: 'Gaarden', concessionCtPerKwh: '1.6' }, ['rows.2.concessionCtPerKwh']],
])('%s', (_, change, paths) => {
  expect(contradictions([kiel, { ...kiel, ...change }]).map(({ path }) => path)).toEqual(paths);
});
