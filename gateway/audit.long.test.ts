// The audit's own runner against the command of README: a process per suite, by its own rule and with --strict-errors.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FEDERATION_AUDIT, findPublicData } from '../tests/public-data.ts';

const AUDIT = findPublicData(FEDERATION_AUDIT);
const COMMAND = `exec ${process.execPath} --disable-warning=ExperimentalWarning ${join(import.meta.dirname, 'main.ts')} --supergraph {supergraph} --port {port} --open`;

test.skipIf(!AUDIT).each([[[]], [['--strict-errors']]])('npm run gateway -- --open passes the audit %j', (options) => {
  const { stdout } = spawnSync(process.execPath, [join(AUDIT!, 'run.mjs'), '--gateway-cmd', COMMAND, '--limit', '120', ...options], { encoding: 'utf8', maxBuffer: 64_000_000 });
  console.log(stdout.split('\n').filter((line) => !line.startsWith('ok')).join('\n'));
  const [, passed, all] = /^passed (\d+) of (\d+)/m.exec(stdout) ?? [];
  expect(Number(all)).toBe(199);
  expect(Number(passed)).toBeGreaterThanOrEqual(194);
});
