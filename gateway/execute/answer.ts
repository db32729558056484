import type { Fields } from './own.ts';
import type { CompiledOperation } from './operation.ts';
import { startRun, type Path, type Run, type RunError } from './run.ts';

export type Answer = Readonly<{ data: string; errors: readonly RunError[] }>;

/** Runs a query or mutation: the plan, then the text. */
export async function answerOperation(operation: CompiledOperation, variables: Fields, coerced: Fields, request: unknown): Promise<Answer> {
  const run = startRun(variables, coerced, request);
  await operation.run(run);
  return finish(operation, run);
}

export function finish(operation: CompiledOperation, run: Run): Answer {
  const data = operation.write(run);
  return { data, errors: run.notes.length ? [...run.errors, ...uncovered(run)] : run.errors };
}

/** One error per null is enough: what a subgraph already reported at, above or below a place is not said again. */
function uncovered(run: Run): RunError[] {
  const notes = run.notes.map(({ reversedPath, code, message }): RunError & { path: Path } => ({
    code,
    message,
    path: reversedPath.toReversed(),
  }));
  if (run.errors.length === 0) return notes;
  const reported = new Set<string>();
  const above = new Set<string>();
  for (const { path } of run.errors) {
    if (!path) continue;
    reported.add(keyOf(path));
    for (let length = 0; length < path.length; length++) above.add(keyOf(path.slice(0, length)));
  }
  return notes.filter(({ path }) => !above.has(keyOf(path)) && !path.some((_, index) => reported.has(keyOf(path.slice(0, index + 1)))));
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
