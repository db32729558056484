import { expect, test } from 'vitest';
import { choosePlace } from './place.ts';
import { isProblem } from './problem.ts';

const kiel = { postalCode: '24103', city: 'Kiel', district: 'Altstadt' };
const town = { postalCode: '97941', city: 'Tauberbischofsheim', district: null };
const village = { postalCode: '97941', city: 'Tauberbischofsheim', district: 'Impfingen' };
const [east, west] = [{ postalCode: '12345', city: 'Beide', district: 'Ost' }, { postalCode: '12345', city: 'Beide', district: 'West' }];

test.each([
  ['a town with one place needs no district', [kiel], { postalCode: '24103', city: 'kiel ', district: null }, kiel],
  ['a district decides', [town, village], { postalCode: '97941', city: 'Tauberbischofsheim', district: 'impfingen' }, village],
  ['without a district the town itself is meant', [village, town], { postalCode: '97941', city: 'Tauberbischofsheim', district: null }, town],
  ['an unknown district of a town is the town', [village, town], { postalCode: '97941', city: 'Tauberbischofsheim', district: 'Mitte' }, town],
])('%s', (_, candidates, wanted, expected) => expect(choosePlace(candidates, wanted)).toBe(expected));

test('where districts differ, the answer names them', () => {
  const answer = choosePlace([west, east], { postalCode: '12345', city: 'Beide', district: null });
  expect(isProblem(answer) && answer.districts).toEqual(['Ost', 'West']);
});

test('another town of the postal code is no match', () => {
  expect(isProblem(choosePlace([kiel], { postalCode: '24103', city: 'Lübeck', district: null }))).toBe(true);
});
