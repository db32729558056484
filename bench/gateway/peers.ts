import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'peers');

/** Installs the gateways we are compared with on first use; null, or why they stay out. */
export function installPeers(): string | null {
  const installed = join(FOLDER, 'node_modules', '.pnpm', 'lock.yaml');
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(join(FOLDER, 'pnpm-lock.yaml')))) return null;
  console.log('installing the gateways of bench/peers …');
  const { packageManager } = JSON.parse(readFileSync(join(FOLDER, '..', '..', 'package.json'), 'utf8')) as { packageManager: string };
  const { status, stdout, stderr } = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], { cwd: FOLDER, encoding: 'utf8' });
  return status === 0 ? null : `their packages could not be installed (${(stdout + stderr).trim().split('\n').at(-1) ?? status})`;
}
