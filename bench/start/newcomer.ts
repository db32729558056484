// Somebody who has only Node, npm and git: a clone of what is committed, an own home folder, nothing in any cache.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../scripts/postgres.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const KEPT_LINES = 40;

export type Newcomer = Readonly<{
  commit: string;
  /** The Node and npm that they have. */
  tools: string;
  /** Whether a start has ended its parts itself: it gives its data folder free as the last thing. */
  isDataFree: () => boolean;
  /** Types a command; answers its lines as they come. */
  type: (command: string[], onLine?: (line: string) => void) => Typed;
  stop: () => Promise<void>;
}>;
export type Typed = Readonly<{ ended: Promise<number | null>; interrupt: () => void; lastLines: () => string }>;

export async function aNewcomer(): Promise<Newcomer> {
  const folder = mkdtempSync(join(tmpdir(), 'stromgraph-newcomer-'));
  chmodSync(folder, 0o755); // as root, PostgreSQL runs as somebody else
  const clone = join(folder, 'stromgraph');
  execFileSync('git', ['clone', '--quiet', REPOSITORY, clone]);
  for (const name of ['home', 'tmp']) mkdirSync(join(folder, name));
  chmodSync(join(folder, 'tmp'), 0o1777);
  const env = { ...cleanEnvironment(folder), STROMGRAPH_PORT: String(await freePort()), STROMGRAPH_DATA: join(folder, 'data') };
  const versionOf = (tool: string) => execFileSync(tool, ['--version'], { encoding: 'utf8', env, cwd: folder }).trim();
  const running = new Set<ChildProcess>();
  return {
    commit: execFileSync('git', ['-C', clone, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    tools: `Node ${versionOf('node')}, npm ${versionOf('npm')}`,
    isDataFree: () => !existsSync(join(env.STROMGRAPH_DATA, 'start.pid')) && !existsSync(join(env.STROMGRAPH_DATA, 'postgres', 'pg', 'postmaster.pid')),
    type: ([command, ...rest], onLine = () => {}) => {
      const child = spawn(command!, rest, { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      running.add(child);
      const last: string[] = [];
      for (const stream of [child.stdout, child.stderr]) readLines(stream, (line) => {
        if (last.push(line) > KEPT_LINES) last.shift();
        onLine(line);
      });
      const ended = new Promise<number | null>((resolve) => child.once('close', (code) => {
        running.delete(child);
        resolve(code);
      }));
      return { ended, interrupt: () => signalAll(child, 'SIGINT'), lastLines: () => last.join('\n') };
    },
    stop: async () => {
      for (const child of running) signalAll(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** As Ctrl-C does: everything that the command has started. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // it has ended meanwhile
  }
}

/** What npm, pnpm and this repository have put into the environment is gone; how packages are reached stays. */
function cleanEnvironment(folder: string): NodeJS.ProcessEnv {
  const home = join(folder, 'home');
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|xdg_|stromgraph_|database_url$|redis_url$|node_env$|node_options$|init_cwd$|tmpdir$)/i.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules') && !entry.includes('node-gyp-bin'));
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...Object.fromEntries(own), PATH: path.join(delimiter) } }).trim();
  return {
    ...Object.fromEntries(own),
    PATH: path.join(delimiter),
    HOME: home,
    TMPDIR: join(folder, 'tmp'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    npm_config_cache: join(home, '.npm'),
    npm_config_registry: registry,
  };
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    lines.forEach(onLine);
  });
}
