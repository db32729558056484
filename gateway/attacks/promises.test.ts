// Every promise of safety is named by a test, so that a reader finds it and none gets lost.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ATTACKS } from './operations.ts';

const ROOT = join(import.meta.dirname, '../..');
const texts = ['gateway', 'kernel', 'tests']
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(ROOT, folder, file)))
  .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules') && file !== import.meta.filename)
  .map((file) => readFileSync(file, 'utf8'));

const S = Array.from({ length: 10 }, (_, n) => `S${n + 10}`);
const G = Array.from({ length: 14 }, (_, n) => `G${n + 1}`);

test.each([...S, ...G])('%s has a test of its name', (id) => {
  const byTitle = new RegExp(`['"\`](?:[SG]\\d+ )*${id}(?: [SG]\\d+)*['"\`:]`);
  const byTable = ATTACKS.some(({ ids }) => ids.split(' ').includes(id));
  expect(byTable || texts.some((text) => byTitle.test(text))).toBe(true);
});

test.each([
  'alias overloading',
  'array-based query batching',
  'circular introspection',
  'directive overloading',
  'field duplication',
  'field suggestions',
  'mutation by GET',
  'query by GET',
  'GraphiQL',
  'introspection',
  'POST of a form',
  'trace mode',
  'unhandled error',
])('the probe %s has a test', (probe) => {
  const text = readFileSync(join(import.meta.dirname, 'probes.test.ts'), 'utf8');
  expect(text).toMatch(new RegExp(`(?:probe: |\\[')${probe}\\b`));
});
