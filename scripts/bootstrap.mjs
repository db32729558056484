// Installs what is missing and generates what is stale. It runs before our own Node is there, so it is plain JavaScript for
// whatever Node the machine has; the next start with nothing missing costs milliseconds.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

if (!isInstalled()) run('npx', ['--yes', manifest.packageManager, 'install', '--frozen-lockfile'], { NODE_ENV: '' });
run('node', ['--disable-warning=ExperimentalWarning', 'scripts/generate.ts'], { PATH: `${BIN}${delimiter}${process.env.PATH}` });

/** pnpm keeps a copy of the lockfile that it has installed; each package's links must be there too. */
function isInstalled() {
  const installed = join(ROOT, 'node_modules', '.pnpm', 'lock.yaml');
  if (!existsSync(installed) || !readFileSync(installed).equals(readFileSync(join(ROOT, 'pnpm-lock.yaml')))) return false;
  return packages().every((folder) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return Object.keys({ ...dependencies, ...devDependencies }).every((name) => existsSync(join(folder, 'node_modules', name)));
  });
}

function packages() {
  const inside = (name) => readdirSync(join(ROOT, name), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(ROOT, name, entry.name));
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'node_modules').flatMap(({ name }) => [join(ROOT, name), ...inside(name)]);
  const isOurs = (folder) => existsSync(join(folder, 'package.json')) && !existsSync(join(folder, 'pnpm-workspace.yaml')); // bench/peers is a workspace of its own
  return [ROOT, ...folders.filter(isOurs)];
}

function run(command, args, env) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}
