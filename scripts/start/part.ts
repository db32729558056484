// One child process of `npm start`: its log, its word that it is ready, its end.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILED } from './compiled.ts';
import { followErrors, keepLast, lastLines } from './log-file.ts';

export type Part<Ready = unknown> = Readonly<{
  name: string;
  /** What the part said when it was ready; fails with the part's own reason. */
  ready: Promise<Ready>;
  /** Its end without being asked, as an error that names the part; never settles otherwise. */
  broken: Promise<never>;
  /** Asks it to end and waits; after a while it is made to. */
  stop: () => Promise<void>;
  kill: () => void;
}>;

export type PartOptions = Readonly<{
  name: string;
  /** Path from the root of the repository. */
  script: string;
  args?: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  logFolder: string;
  /** Called with every line of the log that reports an error. */
  onError: (line: string) => void;
  /** It does its work and ends; its end without a word is a failure, after it none. */
  task?: boolean;
}>;

/** What a part sends its parent. */
export type Word = Readonly<{ ready: unknown } | { failed: string } | { progress: string }>;

const ROOT = join(import.meta.dirname, '..', '..');
const STOP_MS = 20_000;
/** Such a reason says all: which setting is wrong and why. */
const NAMES_A_VARIABLE = /^[A-Z][A-Z_]+: /;

export function startPart<Ready>(options: PartOptions, onProgress: (line: string) => void = () => {}): Part<Ready> {
  const { name, script, env, logFolder, onError, task = false } = options;
  mkdirSync(logFolder, { recursive: true });
  const file = join(logFolder, `${name}.log`);
  keepLast(file);
  const log = openSync(file, 'w');
  // A group of its own: Ctrl-C reaches the parent alone, which ends the parts in order. They end by themselves when the channel closes.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, script), ...(options.args ?? [])], { cwd: ROOT, env: { NODE_COMPILE_CACHE: COMPILED, ...env }, detached: true, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  const follower = followErrors(file, (line) => onError(`${name}: ${line}`));
  const ended = endOf(child);
  let stopping = false;
  let failed: string | null = null;
  let isReady = false;

  const ready = new Promise<Ready>((resolve, reject) => {
    child.on('message', (word: Word) => {
      if ('progress' in word) onProgress(word.progress);
      if ('failed' in word) failed = word.failed;
      if (!('ready' in word)) return;
      isReady = true;
      resolve(word.ready as Ready);
    });
    void ended.then((how) => reject(reasonOf(how)));
  });
  const broken = new Promise<never>((_, reject) => {
    void ended.then((how) => {
      follower.stop();
      if (!stopping && !(task && isReady)) reject(reasonOf(how));
    });
  });
  ready.catch(() => {});
  broken.catch(() => {});

  const reasonOf = (how: string): Error => {
    if (failed === null) return new Error(`${name} failed: ${how}\n${lastLines(file, 12)}\n(the whole log: ${file})`);
    return new Error(NAMES_A_VARIABLE.test(failed) ? failed : `${name} failed: ${failed}`);
  };

  return {
    name,
    ready,
    broken,
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(late);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `it was ended by ${signal}` : `it ended with code ${code}`));
  });
}
