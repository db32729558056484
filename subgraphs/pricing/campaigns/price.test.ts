import { expect, test } from 'vitest';
import { corridorFault, PriceLine } from './price.ts';

const line = {
  postalCode: '24103', city: 'Kiel', startsOn: '2026-12-01', workingPriceCtPerKwh: '27.086', fixFeeCentsPerMonth: '1190', gridWorkingCtPerKwh: '8.500', gridFixCentsPerMonth: '700',
  energyCtPerKwh: '10.5', concessionCtPerKwh: '1.59', leviesCtPerKwh: '2.946', taxCtPerKwh: '2.05',
};
const corridor = { minimumMarginCtPerKwh: '1', maximumMarginCtPerKwh: '2.5' };

// Costs are 25.586 ct/kWh, so that 26.586 and 28.086 are the borders, which are allowed.
test.each([
  ['26.585999', false],
  ['26.586', true],
  ['27.086', true],
  ['28.086', true],
  ['28.086001', false],
])('a working price of %s is inside the corridor: %s', (workingPriceCtPerKwh, inside) => {
  const found = corridorFault(PriceLine.parse({ ...line, workingPriceCtPerKwh }), 17, corridor);
  expect(found === null).toBe(inside);
  if (!inside) expect(found).toMatchObject({ path: 'rows.17.workingPriceCtPerKwh', allowed: '26.586 to 28.086 ct/kWh' });
});

test.each([
  ['workingPriceCtPerKwh', '27,086'],
  ['workingPriceCtPerKwh', '27.0860001'],
  ['workingPriceCtPerKwh', 27.086],
  ['fixedBonusCents', '50.5'],
  ['startsOn', '2026-02-30'],
  ['unheardOf', '1'],
  ['postalCode', '24\0'],
  ['city', 'Ki\0el'],
  ['district', '\0'],
])('%s %j is refused', (field, value) => expect(PriceLine.safeParse({ ...line, [field]: value }).success).toBe(false));

test('an empty district is none', () => expect(PriceLine.parse({ ...line, district: '' }).district).toBeNull());
