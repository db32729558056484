import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseKeyring } from '@stromgraph/kernel/seal';
import { readSecrets, SECRETS } from './secrets.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'secrets-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('secrets are made once and readable by their owner only', () => {
  const first = readSecrets(folder, {}, true);
  expect(Object.keys(first)).toEqual(SECRETS);
  expect(parseKeyring(first['STROMGRAPH_KEYS']!).current).toBe(1);
  expect(readSecrets(folder, {}, true)).toEqual(first);
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
});

test('the environment goes first and is not written down', () => {
  const env = Object.fromEntries(SECRETS.map((name) => [name, `given ${name}`]));
  expect(readSecrets(folder, env, true)).toEqual(env);
  expect(existsSync(join(folder, 'secrets.json'))).toBe(false);
});

test('production makes none', () => {
  expect(() => readSecrets(folder, { STROMGRAPH_KEYS: '1:x' }, false)).toThrow(/^STROMGRAPH_GATEWAY_SECRET, .* production makes no secrets/);
});
