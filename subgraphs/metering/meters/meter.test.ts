import { expect, test } from 'vitest';
import { registersLacking } from './meter.ts';

test.each<['PROFILE' | 'INTERVAL', string[], string[]]>([
  ['PROFILE', [], ['1-0:1.8.0']],
  ['INTERVAL', [], ['1-0:1.8.0', '1-0:1.29.0']],
  ['INTERVAL', ['1-0:1.8.0'], ['1-0:1.29.0']],
  ['INTERVAL', ['1-0:1.8.1', '1-0:1.8.2'], ['1-0:1.29.0']],
  ['INTERVAL', ['1-0:1.29.1', '1-0:1.29.2'], []],
  ['INTERVAL', ['1-1:1.29.0'], []],
  ['INTERVAL', ['1-1:1.8.0', '1-2:1.8.0'], ['1-1:1.29.0', '1-2:1.29.0']],
  ['INTERVAL', ['1-0:1.9.0'], []],
  ['PROFILE', ['1-1:1.29.0'], ['1-1:1.8.0']],
  ['PROFILE', ['1-0:1.8.1', '1-0:1.8.2'], []],
  ['INTERVAL', ['1-0:2.8.0', '1-0:2.29.0'], []],
  ['PROFILE', ['1-0:2.8.0'], []],
  ['INTERVAL', ['1-0:1.8.63'], []],
])('balanced by %s, a meter with %j lacks %j', (meteringKind, known, lacking) => {
  expect(registersLacking(known, meteringKind).map(({ obis }) => obis)).toEqual(lacking);
});
