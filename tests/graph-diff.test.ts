// What a change of the graph does to whom, on small graphs; tests/compose.test.ts compares the graph itself with the last commit.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, parse } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { compareGraphs, isHarmless, lastDayOf, type KnownOperation } from '../scripts/graph-changes.ts';
import { usesOf } from '../scripts/graph-uses.ts';

const GRAPH = `
  type Query { invoice(id: ID!, year: Int): Invoice invoices(filter: Filter): [Invoice!]! found: Found }
  type Invoice { id: ID! total: Int! state: State note: String @deprecated(reason: "Use text. Until 2026-01-31.") text: String }
  type Meter { id: ID! }
  union Found = Invoice | Meter
  enum State { DRAFT ISSUED }
  input Filter { state: State range: Range }
  input Range { from: Int }`;
const operation = (client: string, text: string): KnownOperation => ({ client, name: /\w+ (\w+)/.exec(text)![1]!, document: parse(text) });
const OPERATIONS = [
  operation('web', 'query Total { invoice(id: "1") { total } }'),
  operation('web', 'query Year($year: Int) { invoice(id: "1", year: $year) { id state } }'),
  operation('partner', 'query List($filter: Filter) { invoices(filter: $filter) { id } }'),
  operation('partner', 'query Find { found { ... on Meter { id } } }'),
];
const compare = (from: string, to: string, today = '2026-06-01') =>
  compareGraphs({ before: buildSchema(GRAPH), after: buildSchema(GRAPH.replace(from, to)), operations: OPERATIONS, today });

describe('each change has its level, whom it concerns, and what fails', () => {
  test.each<[string, string, string, string, string[], string[]]>([
    ['nothing', '', '', '', [], []],
    ['a field goes', 'total: Int!', '', 'breaking', ['Total'], ['Total']],
    ['a field that nobody known asks for goes', 'text: String', '', 'breaking', [], []],
    ['a field goes after its day', 'note: String @deprecated(reason: "Use text. Until 2026-01-31.")', '', 'announced', [], []],
    ['a field becomes nullable', 'total: Int!', 'total: Int', 'breaking', ['Total'], []],
    ['a field becomes another type', 'total: Int!', 'total: Found', 'breaking', ['Total'], ['Total']],
    ['a field comes', 'total: Int!', 'total: Int! tax: Int', 'safe', [], []],
    ['an argument goes', ', year: Int', '', 'breaking', ['Year'], ['Year']],
    ['a required argument comes', 'year: Int', 'year: Int, tenant: ID!', 'breaking', ['Total', 'Year'], ['Total', 'Year']],
    ['an optional argument comes', 'year: Int', 'year: Int, tenant: ID', 'dangerous', ['Total', 'Year'], []],
    ['an input field deep below goes', 'from: Int', 'to: Int', 'breaking', ['List'], []],
    ['an input field must be given', 'from: Int', 'from: Int!', 'breaking', ['List'], []],
    ['an enum value comes', 'DRAFT ISSUED', 'DRAFT ISSUED PAID', 'dangerous', ['Year', 'List'], []],
    ['an enum value goes', 'DRAFT ISSUED', 'DRAFT', 'breaking', ['Year', 'List'], []],
    ['a union gets a member', 'Invoice | Meter', 'Invoice | Meter | Query', 'dangerous', ['Find'], []],
    ['a union loses a member', 'Invoice | Meter', 'Invoice', 'breaking', ['Find'], ['Find']],
    ['only words change', 'type Meter', '"What counts." type Meter', '', [], []],
  ])('%s', async (_, from, to, level, concerned, failing) => {
    const report = await compare(from, to);
    const worst = report.changes[0];
    expect(worst?.level ?? '').toBe(level);
    const names = new Set(report.changes.filter((change) => change.level === level).flatMap(({ concerns }) => concerns.map(({ name }) => name)));
    expect([...names].toSorted()).toEqual(concerned.toSorted());
    expect(report.broken.map(({ operation: { name } }) => name)).toEqual(failing);
    expect(isHarmless(report)).toBe(level !== 'breaking');
  });

  test('a deprecated field breaks while its last day has not passed, or while somebody uses it', async () => {
    const gone = ['note: String @deprecated(reason: "Use text. Until 2026-01-31.")', ''] as const;
    expect((await compare(...gone, '2026-01-31')).changes[0]?.level).toBe('breaking');
    const using = operation('old', 'query Old { invoice(id: "1") { note } }');
    const report = await compareGraphs({ before: buildSchema(GRAPH), after: buildSchema(GRAPH.replace(...gone)), operations: [using], today: '2026-06-01' });
    expect([report.changes[0]?.level, report.broken.length]).toEqual(['breaking', 1]);
    expect([lastDayOf('Until 2026-01-31.'), lastDayOf('soon'), lastDayOf(null)]).toEqual(['2026-01-31', null, null]);
  });

  test('an operation that failed before is not this change’s', async () => {
    const broken = operation('old', 'query Old { nothing }');
    expect((await compareGraphs({ before: buildSchema(GRAPH), after: buildSchema(GRAPH.replace('total: Int!', '')), operations: [broken], today: '2026-06-01' })).broken).toEqual([]);
  });
});

test('an operation has to do with its fields, its arguments, and all that its variables may carry', () => {
  expect([...usesOf(buildSchema(GRAPH), OPERATIONS[2]!.document)].toSorted()).toEqual(['Filter', 'ID', 'Int', 'Invoice', 'Invoice.id', 'Query.invoices', 'Query.invoices.filter', 'Range', 'State']);
});

describe('the command', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'graph-diff-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'shop'));
  writeFileSync(join(folder, 'shop', 'total.graphql'), 'query Total { invoice(id: "1") { total } }');
  writeFileSync(join(folder, 'before.graphql'), GRAPH);
  writeFileSync(join(folder, 'gone.graphql'), GRAPH.replace('total: Int!', ''));
  writeFileSync(join(folder, 'more.graphql'), GRAPH.replace('total: Int!', 'total: Int! tax: Int'));
  const run = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/graph-diff.ts', ...words], { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' });
    return { status, said: stdout + stderr };
  };
  const files = (after: string) => ['--before', join(folder, 'before.graphql'), '--after', join(folder, after), '--operations', join(folder, 'shop')];

  test('says who would fail, and fails itself', () => {
    const { status, said } = run(...files('gone.graphql'));
    expect(status).toBe(1);
    expect(said).toMatch(/^BREAKING {2}Field 'total' was removed from object type 'Invoice' {2}shop: Total$/m);
    expect(said).toMatch(/Operations that would fail:\n {2}shop: Total\n {4}Cannot query field "total" on type "Invoice"/);
  });

  test('lets pass what breaks nothing', () => {
    const { status, said } = run(...files('more.graphql'));
    expect([status, said]).toEqual([0, expect.stringContaining('1 changes: 0 breaking, 0 announced, 0 dangerous, 1 safe. Known operations: 1.\nNo known operation would fail.')]);
  });

  test.each([
    ['a ref that there is not', ['no-such-ref'], /^graph:diff: there is no schema\/supergraph\.api\.graphql at no-such-ref\n$/],
    ['a folder that there is not', [...files('more.graphql'), '--operations', '/nowhere'], /^graph:diff: there is no folder \/nowhere\n$/],
    ['an option that there is not', ['--what'], /^graph:diff: Unknown option '--what'/],
  ])('%s is told in one line', (_, words, line) => expect(run(...words)).toEqual({ status: 2, said: expect.stringMatching(line) }));
});
