import { isCompositeType, isLeafType, isListType, isNonNullType, type GraphQLOutputType, type GraphQLSchema } from 'graphql';
import { COMPLETION } from '../../errors.ts';
import { MAX_ERRORS, note, type Run } from '../run.ts';
import type { Selections } from './collect.ts';
import { compileLeaf } from './leaf.ts';
import { FAILED, type Write } from './written.ts';

/** What a value is written with: the supergraph tells what the API hides; objects are compiled elsewhere. */
export type ValueTools = Readonly<{
  supergraph: GraphQLSchema;
  compileObject: (type: GraphQLOutputType, selections: Selections, owner: string) => Write;
}>;

/** Null bubbles to the nearest nullable field or list element; the error is noted where it began. */
export function compileValue(type: GraphQLOutputType, selections: Selections, owner: string, tools: ValueTools): Write {
  if (isNonNullType(type)) return compileNonNull(compileValue(type.ofType, selections, owner, tools), owner);
  if (isListType(type)) return compileList(compileValue(type.ofType, selections, owner, tools), isNonNullType(type.ofType), owner);
  if (isLeafType(type)) return compileLeaf(tools.supergraph, type, owner);
  if (isCompositeType(type)) return tools.compileObject(type, selections, owner);
  throw new Error(`${owner} has no output type.`);
}

function compileNonNull(write: Write, owner: string): Write {
  return (value, run) => {
    const written = write(value, run);
    if (written !== null) return written;
    note(run, COMPLETION, `Cannot return null for non-nullable field ${owner}.`);
    return FAILED;
  };
}

function compileList(write: Write, nonNull: boolean, owner: string): Write {
  return (value, run) => {
    if (value === undefined || value === null) return null;
    if (!Array.isArray(value)) {
      note(run, COMPLETION, `Invalid value found for field ${owner}: not a list.`);
      return FAILED;
    }
    let text = '[';
    const start = run.notes.length;
    for (let index = 0; index < value.length; index++) {
      const noted = run.notes.length;
      const written = write(value[index], run);
      if (run.notes.length > noted) prefixNotes(run, noted, index);
      if (typeof written !== 'string' && nonNull) return bubble(run, start, noted);
      if (run.notes.length > start + MAX_ERRORS + 1) countOthers(run, start + MAX_ERRORS);
      text += index === 0 ? (written ?? 'null') : `,${written ?? 'null'}`;
    }
    return `${text}]`;
  };
}

/** Paths are only built on the way up from an error, so that a healthy answer pays one comparison per field. */
export function prefixNotes(run: Run, from: number, part: string | number): void {
  for (let i = from; i < run.notes.length; i++) run.notes[i]?.reversedPath.push(part);
}

/** Of a long list no more errors are kept than one answer tells: the last stands for the others. */
function countOthers(run: Run, last: number): void {
  const others = run.notes.splice(last + 1);
  const stands = run.notes[last];
  if (stands) stands.times = others.reduce((sum, { times = 1 }) => sum + times, stands.times ?? 1);
}

/** What goes away as a whole needs one reason: errors of siblings before the failing part are dropped. */
export function bubble(run: Run, start: number, cause: number): typeof FAILED {
  run.notes.splice(start, cause - start);
  return FAILED;
}
