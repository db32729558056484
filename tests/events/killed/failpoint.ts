// Dies by kill -9 at a chosen COMMIT when the conductor says so: before it is sent, while it is under way, or once it is answered.
import pg from 'pg';

export type Failpoint = Readonly<{ at: 'before-commit' | 'during-commit' | 'after-commit' | 'postgres-during-commit'; nth: number }>;

export function obeyFailpoints(): void {
  let armed: { at: Failpoint['at']; left: number } | null = null;
  process.on('message', ({ at, nth }: Failpoint) => (armed = { at, left: nth }));
  process.on('disconnect', () => process.exit(0));
  const prototype = pg.Client.prototype as unknown as { query: (this: pg.Client & { processID: number }, ...args: unknown[]) => unknown };
  const original = prototype.query;
  prototype.query = function (...args) {
    if (!isCommit(args[0]) || !armed || --armed.left > 0) return original.apply(this, args);
    const { at } = armed;
    armed = null;
    const die = () => process.kill(process.pid, 'SIGKILL');
    if (at === 'before-commit') die();
    const answer = original.apply(this, args) as Promise<unknown>;
    if (at === 'postgres-during-commit') process.kill(this.processID, 'SIGKILL');
    if (at === 'during-commit') setImmediate(die);
    if (at === 'after-commit') void answer.then(die);
    return answer;
  };
}

/** The relay's copy is one statement and commits itself. */
const isCommit = (said: unknown): boolean => said === 'COMMIT' || (typeof said === 'object' && said !== null && 'text' in said && String(said.text).startsWith('WITH chunk AS'));
