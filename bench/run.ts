// `npm run bench` runs every bench, `npm run bench <name>` one: bench/<name>.bench.ts, a module that measures when it is loaded.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

const ENDING = '.bench.ts';
const KERNEL = createRequire(join(import.meta.dirname, '..', 'kernel', 'package.json'));

const names = readdirSync(import.meta.dirname).filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
  process.exit(2);
}
console.log(`${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpus()[0]?.model} · ${Math.round(totalmem() / 2 ** 30)} GB · ${process.platform} · Node ${process.version} · ${versions()}`);
for (const name of asked.length > 0 ? asked : names) {
  console.log(`\n## ${name}`);
  await import(`./${name}${ENDING}`);
}

function versions(): string {
  const packages = ['bullmq', 'pg', 'graphql'].map((name) => `${name} ${versionOf(name)}`);
  const redis = safely(() => execFileSync('redis-server', ['--version'], { encoding: 'utf8' }).match(/v=(\S+)/)?.[1]);
  return [...packages, `Redis ${redis ?? 'none'}`].join(' · ');
}

function versionOf(name: string): string {
  let folder = dirname(KERNEL.resolve(name));
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
