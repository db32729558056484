import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startPart } from './part.ts';

const folder = mkdtempSync(join(tmpdir(), 'part-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the log of the last run survives the next start, the one before it does not', async () => {
  const script = join(folder, 'child.mjs');
  writeFileSync(script, 'console.log(process.env.SAYS); process.exit(3);');
  const run = async (says: string) => {
    const part = startPart({ name: 'child', script: relative(join(import.meta.dirname, '..', '..'), script), env: { PATH: process.env.PATH, SAYS: says }, logFolder: folder, onError: () => {} });
    await expect(part.ready).rejects.toThrow('ended with code 3');
  };
  const said = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  for (const says of ['first', 'second', 'third']) await run(says);
  expect([said('child.log'), said('child.log.1')]).toEqual(['third', 'second']);
});

test('a part whose end hangs is gone soon after its parent, long before it would be made to', { timeout: 12_000 }, async () => {
  const script = join(folder, 'hangs.mjs');
  writeFileSync(script, `import { runChild } from ${JSON.stringify(join(import.meta.dirname, 'child.ts'))};
    setInterval(() => {}, 1_000);
    await runChild(async () => ({ ready: true, stop: () => new Promise(() => {}) }));`);
  const child = fork(script);
  expect((await once(child, 'message'))[0]).toEqual({ ready: true });
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([1, null]);
});
