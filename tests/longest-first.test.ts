import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIRST } from './longest-first.ts';

test.each(FIRST)('%s, which begins early, is there and runs always', (file) => {
  expect(existsSync(join(import.meta.dirname, '..', file))).toBe(true);
  expect(file).not.toMatch(/\.long\.test\.ts$/);
});
