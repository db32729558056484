// A connection that says for which request a statement runs: in the statement itself, where pg_stat_activity and the server's log show it, and as a span.
import pg from 'pg';
import { causeOf } from './cause.ts';
import { faultOf, type Span, startSpan } from './trace.ts';

/** These say nothing of their own; what they frame does. */
const FRAME = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/;
/** Only what cannot end a comment goes into one. */
const TELLABLE = /^[\w.:-]{1,100}$/;

type Callback = (error: Error | null, ...rest: unknown[]) => void;

export class TracedClient extends pg.Client {
  // oxlint-disable-next-line typescript/no-explicit-any -- pg's own has a dozen forms; whatever comes is handed on
  override query(...args: any[]): any {
    const ask = (all: unknown[]) => (super.query as (...of: unknown[]) => unknown)(...all);
    const cause = causeOf();
    const text = textOf(args[0]);
    if (!cause || text === null || FRAME.test(text) || !TELLABLE.test(cause.requestId)) return ask(args);
    // In front: a long statement is cut at its end in pg_stat_activity. PostgreSQL counts it as the same statement all the same.
    const said = `/* request ${cause.requestId} */ ${text}`;
    const all = isNamed(args[0]) ? args : [typeof args[0] === 'string' ? said : { ...args[0], text: said }, ...args.slice(1)];
    const span = cause.span && startSpan({ service: cause.span.service, name: nameOf(text), kind: 'client', under: cause.span, attributes: { 'db.system.name': 'postgresql', 'db.query.text': text, 'db.namespace': this.database ?? '' } });
    return span ? timed(span, all, ask) : ask(all);
  }
}

/** Null for streams. */
function textOf(config: unknown): string | null {
  if (typeof config === 'string') return config;
  const { text, submit } = (config ?? {}) as { text?: unknown; submit?: unknown };
  return typeof text === 'string' && submit === undefined ? text : null;
}

/** What is prepared under a name keeps its text: it is a span, without the comment. */
const isNamed = (config: unknown): boolean => (config as { name?: unknown } | null)?.name !== undefined;

const nameOf = (text: string): string => /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? 'SQL';

function timed(span: Span, args: unknown[], ask: (args: unknown[]) => unknown): unknown {
  const end = (error: unknown) => span.end(error ? { fault: faultOf(error) } : {});
  const last = args.at(-1);
  if (typeof last === 'function') {
    const callback = last as Callback;
    return ask([...args.slice(0, -1), (error: Error | null, ...rest: unknown[]) => (end(error), callback(error, ...rest))]);
  }
  const answer = ask(args) as Promise<unknown>;
  answer.then(() => end(null), end);
  return answer;
}
