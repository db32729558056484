import type { Fields } from './own.ts';
import type { CompiledOperation } from './operation.ts';
import { boundErrors, startRun, type Path, type Run, type RunError } from './run.ts';

export type Answer = Readonly<{ data: string; errors: readonly RunError[] }>;

/** Runs a query or mutation: the plan, then the text. */
export async function answerOperation(operation: CompiledOperation, variables: Fields, coerced: Fields, request: unknown): Promise<Answer> {
  const run = startRun(variables, coerced, request);
  await operation.run(run);
  return finish(operation, run);
}

export function finish(operation: CompiledOperation, run: Run): Answer {
  const data = operation.write(run);
  const found = run.notes.length && run.untold === 0 ? [...run.errors, ...uncovered(run, data)] : run.errors;
  return { data, errors: boundErrors(found, run.untold) };
}

/** One error per null is enough: where a subgraph already reported what made it null, or its entity, nothing is added. */
function uncovered(run: Run, data: string): RunError[] {
  const notes = run.notes.map(({ reversedPath, code, message, times }): RunError & { path: Path } => ({
    code,
    message,
    path: reversedPath.toReversed(),
    times,
  }));
  const reported = run.errors.flatMap(({ path }) => (path ? [path] : []));
  if (reported.length === 0) return notes;
  const answer: unknown = JSON.parse(data);
  const places = new Set(reported.map(keyOf));
  const nulls = new Set(reported.map((path) => nullAbove(answer, path)));
  return notes.filter(({ path }) => !nulls.has(nullAbove(answer, path)) && !path.some((_, index) => places.has(keyOf(path.slice(0, index + 1)))));
}

/** Where on its way to this place the answer is null. */
function nullAbove(answer: unknown, path: Path): string {
  let here = answer;
  const length = path.findIndex((part) => {
    if (typeof here !== 'object' || here === null) return true;
    here = (here as Readonly<Record<string | number, unknown>>)[part];
    return false;
  });
  return keyOf(length < 0 ? path : path.slice(0, length));
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
