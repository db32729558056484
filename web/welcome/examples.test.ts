import { expect, test } from 'vitest';
import { parseMaloId } from '@stromgraph/kernel/market-ids';
import { type Example, fillVariables } from './examples.ts';

const example = (name: string, more: Partial<Example> = {}): Example => ({ name, about: '', signIn: null, document: '', ...more });
const at = (today: string) => ({ today, now: `${today}T12:00:00Z` });
const never = () => Promise.reject(new Error('asked'));

test.each([
  ['<today>', '2026-11-21', '2026-11-21'], ['<today+1>', '2026-12-31', '2027-01-01'], ['<today-1>', '2026-03-01', '2026-02-28'],
  ['<start of today>', '2026-11-21', '2026-11-21T00:00:00+01:00'], ['<start of today>', '2026-07-01', '2026-07-01T00:00:00+02:00'],
  ['<start of today>', '2026-03-29', '2026-03-29T00:00:00+01:00'], ['<start of today+1>', '2026-03-29', '2026-03-30T00:00:00+02:00'], ['<start of today>', '2026-10-25', '2026-10-25T00:00:00+02:00'],
  ['<morning of today+1>', '2026-12-31', '2027-01-01T08:00:00+01:00'], ['<first of month-1>', '2026-01-15', '2025-12-01'], ['<first of month>', '2026-01-15', '2026-01-01'], ['plain', '2026-01-15', 'plain'],
  ['<start of month-1>', '2026-07-31', '2026-06-01T00:00:00+02:00'], ['<morning of month+1>', '2026-12-31', '2027-01-01T08:00:00+01:00'],
])('%s on %s is %s', async (text, today, value) => {
  expect(await fillVariables(example('a', { variables: { input: [{ text }] } }), [], at(today), never)).toEqual({ input: [{ text: value }] });
});

test.each([['2026-12-01', 30 * 96], ['2026-04-30', 31 * 96 - 4], ['2026-11-15', 31 * 96 + 4], ['2027-03-01', 28 * 96]])('the month before %s has %i quarter hours', async (today, count) => {
  const { values } = (await fillVariables(example('a', { variables: { values: '<quarter hours of month-1>' } }), [], at(today), never)) as { values: number[] };
  expect(values).toEqual(Array(count).fill(100));
});

test('the element of a list is chosen by a field', async () => {
  const all = [example('list'), example('show', { take: { id: 'list: items.[kind=B].id' } })];
  const ask = async () => ({ items: [{ id: 1, kind: 'A' }, { id: 2, kind: 'B' }] });
  expect(await fillVariables(all[1]!, all, at('2026-01-01'), ask)).toEqual({ id: 2 });
});

test('the element of a list is chosen by what lies within it, also where some have nothing there', async () => {
  const all = [example('list'), example('show', { take: { id: 'list: items.[parts.0.kind=Of two words].id' } })];
  const ask = async () => ({ items: [{ id: 1, parts: [] }, { id: 2, parts: [{ kind: 'A' }, { kind: 'Of two words' }] }, { id: 3, parts: [{ kind: 'Of two words' }] }] });
  expect(await fillVariables(all[1]!, all, at('2026-01-01'), ask)).toEqual({ id: 3 });
});

test.each([
  ['2026-11-24', '2026-11-23T23:30:00Z', '2026-11-23T22:00:00.000Z'], ['2026-11-24', '2026-11-23T23:00:00Z', '2026-11-23T22:00:00.000Z'], ['2026-11-24', '2026-11-24T09:59:59.999Z', '2026-11-24T08:00:00.000Z'],
])('on %s at %s the last hour that is over began at %s', async (today, now, start) => {
  expect(await fillVariables(example('a', { variables: { start: '<start of the last hour>' } }), [], { today, now }, never)).toEqual({ start });
});

test.each(['<new key>', '<new malo>', '<new meter>'])('%s is fresh each time', async (key) => {
  const filled = () => fillVariables(example('a', { variables: { key } }), [], at('2026-01-01'), never) as Promise<{ key: string }>;
  expect((await filled()).key).not.toBe((await filled()).key);
});

test('a new MaLo id has its check digit', async () => {
  const { id } = (await fillVariables(example('a', { variables: { id: '<new malo>' } }), [], at('2026-01-01'), never)) as { id: string };
  expect(parseMaloId(id)).toBe(id);
});

test('a value is taken from what another example answers, which may take its own', async () => {
  const all = [
    example('find', { variables: { text: 'x' } }),
    example('show', { take: { id: 'find: found.0.id' } }),
    example('change', { variables: { input: { name: 'n' } }, take: { 'input.id': 'show: customer.contract' } }),
  ];
  const ask = async ({ name }: Example, variables: unknown) => (name === 'find' ? { found: [{ id: 7 }] } : { customer: { contract: `c${(variables as { id: number }).id}` } });
  expect(await fillVariables(all[2]!, all, at('2026-01-01'), ask)).toEqual({ input: { name: 'n', id: 'c7' } });
  await expect(fillVariables(example('x', { take: { id: 'nowhere: a' } }), all, at('2026-01-01'), ask)).rejects.toThrow('no example');
  await expect(fillVariables(example('x', { take: { id: 'find: lost.0' } }), all, at('2026-01-01'), ask)).rejects.toThrow('answers nothing');
});
