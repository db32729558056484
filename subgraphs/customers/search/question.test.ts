import { expect, test } from 'vitest';
import { toQuestion } from './question.ts';

test.each([
  ['  Anna   Müller ', { text: 'Anna Müller', words: ['Anna', 'Müller'], email: null, phone: null }],
  ['Müller, Köln', { words: ['Müller', 'Köln'] }],
  ['a', { words: [] }],
  ['', { text: '', words: [] }],
  ['anna@example.test', { email: 'anna@example.test', phone: null }],
  ['0221 / 123-456', { phone: '0221 / 123-456', email: null }],
  ['+49 221 123456', { phone: '+49 221 123456' }],
  ['50667', { phone: null }],
  ['K-100001', { phone: null, words: ['K-100001'] }],
  ['one two three four five six seven eight nine', { words: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'] }],
])('%j means %j', (typed, meant) => {
  expect(toQuestion(typed)).toMatchObject(meant);
});
