import { expect, test } from 'vitest';
import { kwhText, wattHoursOfKwh } from './energy.ts';

test.each([
  ['0', 0n], ['4.123', 4123n], ['-1.5', -1500n], ['4.1230', 4123n], ['4.1234', null], ['4,1', null], ['', null], ['1e3', null], ['NaN', null], ['9007199254740.991', 9007199254740991n],
])('%s kWh are %s Wh', (text, wattHours) => {
  expect(wattHoursOfKwh(text)).toBe(wattHours);
});

test.each([[0n, '0'], [4123n, '4.123'], [-1500n, '-1.5'], [1000n, '1'], [5n, '0.005']])('%s Wh read as %s kWh', (energy, text) => {
  expect(kwhText(energy)).toBe(text);
});
