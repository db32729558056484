// A process of its own for one side of a measurement: says when it is ready, answers questions, ends with its parent.
import { type ChildProcess, fork } from 'node:child_process';

export type Child<Ready> = Readonly<{
  ready: Ready;
  /** One question at a time; answered by what the child's `serve` returns. */
  ask: <Answer>(question: unknown) => Promise<Answer>;
  stop: () => Promise<void>;
}>;

export type ChildOptions = Readonly<{ parameters?: string[]; env?: Record<string, string> }>;

const STOP_MS = 15_000;

/** Starts a module and waits for its first message. What it prints is told only when it fails. */
export async function startChild<Ready>(file: string, { parameters = [], env = {} }: ChildOptions = {}): Promise<Child<Ready>> {
  const child = fork(file, parameters, { execArgv: ['--disable-warning=ExperimentalWarning'], env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said = (said + chunk).slice(-4_000)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const next = <Message>() =>
    new Promise<Message>((resolve, reject) => {
      const refuse = (code: number | null) => reject(new Error(`${file} ended with ${code}: ${said}`));
      child.once('exit', refuse);
      child.once('message', (message) => {
        child.off('exit', refuse);
        resolve(message as Message);
      });
    });
  const ready = await next<Ready>();
  return {
    ready,
    ask: (question) => {
      const answer = next<never>();
      child.send(question as object);
      return answer;
    },
    stop: () => stop(child, ended),
  };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(late);
}

/** The child's side: says that it is ready, answers each question, ends when it is told to or its parent is gone. */
export function serve<Question>(ready: unknown, { answer, end }: { answer?: (question: Question) => Promise<unknown>; end?: () => Promise<unknown> }): void {
  const leave = () => void Promise.resolve(end?.()).then(() => process.exit(0), () => process.exit(1));
  process.once('SIGTERM', leave);
  process.once('disconnect', leave);
  if (answer) process.on('message', (question) => void answer(question as Question).then((said) => process.send!(said ?? {})));
  process.send!(ready);
}
