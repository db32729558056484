// The report of graph:diff as people read it.
import type { KnownOperation, Level, Report } from './graph-changes.ts';

const MARKS: Readonly<Record<Level, string>> = { breaking: 'BREAKING', announced: 'announced', dangerous: 'dangerous', safe: 'safe' };

export function printReport({ changes, broken }: Report, operations: number): string {
  if (changes.length === 0) return `The graph is as it was (${operations} known operations).\n`;
  const rows = changes.map(({ level, message, concerns }) => [MARKS[level], message, usersOf(concerns)]);
  const count = (level: Level) => changes.filter((change) => change.level === level).length;
  const summary = `${changes.length} changes: ${(Object.keys(MARKS) as Level[]).map((level) => `${count(level)} ${level}`).join(', ')}. Known operations: ${operations}.`;
  const breaks = broken.map(({ operation, reasons }) => `  ${operation.client}: ${operation.name}\n${reasons.map((reason) => `    ${reason}`).join('\n')}`);
  return [
    table(['', 'change', 'concerns'], rows),
    summary,
    breaks.length > 0 ? `Operations that would fail:\n${breaks.join('\n')}` : 'No known operation would fail.',
    '',
  ].join('\n');
}

/** By client, so that it is plain whom to ask. */
function usersOf(operations: readonly KnownOperation[]): string {
  if (operations.length === 0) return 'nobody known';
  const byClient = Map.groupBy(operations, ({ client }) => client);
  return [...byClient].map(([client, own]) => `${client}: ${[...new Set(own.map(({ name }) => name))].join(', ')}`).join('; ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) => row.map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  ').trimEnd());
  return `${lines[0]}\n${widths.map((width) => '-'.repeat(width)).join('  ')}\n${lines.slice(1).join('\n')}\n`;
}
