// Values that no subgraph should see: refused at the door, with place and fault, on HTTP and WebSocket alike.
import { scalars } from '@stromgraph/kernel/scalars';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { openRaw, type Frame } from '../toys/raw-socket.ts';

const SDL = `
  scalar DateTime scalar LocalDate scalar SafeInt scalar Decimal scalar JSON
  input Span { from: DateTime, day: LocalDate, size: SafeInt, price: Decimal, text: String, any: JSON }
  type Query { echo(span: Span, at: DateTime): String @scope(needs: []) }
  type Subscription { ticks(span: Span, at: DateTime): Int @scope(needs: []) }`;

let graph: ToyGraph;
beforeAll(async () => {
  async function* ticks() {
    yield { ticks: 1 };
  }
  const resolvers = { ...scalars, Query: { echo: () => 'heard' }, Subscription: { ticks: { subscribe: ticks } } };
  graph = await startToyGraph([{ name: 'echo', sdl: SDL, resolvers }]);
});
afterAll(() => graph.stop());

const cases: [string, string, Record<string, unknown>, RegExp][] = [
  ['an instant without an offset', 'FIELD(span: { from: "2024-01-01T00:00:00" })', {}, /^FIELD\.span\.from: The time 2024-01-01T00:00:00 has no offset \(allowed: Z or one such as \+01:00/],
  ['an instant that is none', 'FIELD(at: "nope")', {}, /^FIELD\.at: .*nope/],
  ['an instant without an offset in a variable', 'FIELD(span: $span)', { span: { from: '2024-01-01T00:00' } }, /at "span\.from"; The time 2024-01-01T00:00 has no offset/],
  ['an instant of a year that is none', 'FIELD(at: "0000-01-01T00:00:00Z")', {}, /^FIELD\.at: The time .* is out of range \(allowed: 1900-01-01 to 9999-12-31/],
  ['a day that is none', 'FIELD(span: { day: "2024-02-30" })', {}, /^FIELD\.span\.day: .*2024-02-30/],
  ['half a number', 'FIELD(span: { size: 7.5 })', {}, /^FIELD\.span\.size: .*7\.5/],
  ['a number that is too large', 'FIELD(span: { size: 9007199254740992 })', {}, /^FIELD\.span\.size: /],
  ['a decimal as a number', 'FIELD(span: { price: 27.5 })', {}, /^FIELD\.span\.price: A Decimal is text/],
  ['a default', 'FIELD(at: $at)', {}, /^\$at: .*never/],
  ['an instant in a variable', 'FIELD(span: $span)', { span: { from: 'nope' } }, /"\$span".*"nope" at "span\.from"; .*nope/],
  ['a decimal in a variable', 'FIELD(span: $span)', { span: { price: 27.5 } }, /"\$span".*27\.5 at "span\.price"; .*A Decimal is text/],
  ['U+0000 in a literal', String.raw`FIELD(span: { text: "a\u0000b" })`, {}, /^FIELD\.span\.text: the character U\+0000/],
  ['a day of a year that is none', 'FIELD(span: { day: "0000-01-01" })', {}, /allowed: 1900-01-01 to 9999-12-31/],
  ['such a day in a variable', 'FIELD(span: $span)', { span: { day: '1899-12-31' } }, /allowed: 1900-01-01 to 9999-12-31/],
  ['half of a surrogate pair in a variable', 'FIELD(span: $span)', { span: { any: { list: ['a\ud800'] } } }, /^variables\.span\.any\.list\.0: the character U\+0000 and halves/],
  ['half of a surrogate pair in a literal', String.raw`FIELD(span: { text: "a\ud800" })`, {}, /Invalid Unicode escape/],
  ['U+0000 in a variable', 'FIELD(span: $span)', { span: { any: { list: ['a\0b'] } } }, /^variables\.span\.any\.list\.0: the character U\+0000/],
  ['much text', `FIELD(at: "${'no'.repeat(5_000)}")`, {}, /^FIELD\.at: .{1,200}$/],
  ['much text in a variable', 'FIELD(span: $span)', { span: { from: 'no pe '.repeat(5_000) } }, /^.{1,700}$/],
];
const documentOf = (kind: string, field: string, text: string) => {
  const declared = text.includes('$span') ? '($span: Span)' : text.includes('$at') ? '($at: DateTime = "never")' : '';
  return `${kind} Q${declared} { ${text.replace('FIELD', field)} }`;
};
const sourceOf = (fault: RegExp, field: string) => new RegExp(fault.source.replace('FIELD', field), 's');

describe('over HTTP', () => {
  test.each(cases)('%s', async (_, text, variables, fault) => {
    const { errors } = await ask(graph.gateway, documentOf('query', 'echo', text), variables);
    expect(errors).toEqual([{ message: expect.stringMatching(sourceOf(fault, 'echo')), extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } }]);
    expect(graph.toys['echo']!.requests).toEqual([]);
  });
});

describe('over WebSocket', () => {
  test.each(cases)('%s', async (_, text, variables, fault) => {
    const raw = await openRaw(graph.gateway.url);
    raw.send({ type: 'connection_init' });
    await raw.next();
    raw.send({ id: '1', type: 'subscribe', payload: { query: documentOf('subscription', 'ticks', text), variables } });
    const { type, payload } = (await raw.next()) as Frame & { payload: unknown };
    expect([type, payload]).toEqual(['error', [{ message: expect.stringMatching(sourceOf(fault, 'ticks')), extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } }]]);
    raw.socket.close();
  });
});

test('good values pass as they were written', async () => {
  const literal = 'echo(span: { from: "2024-01-01T00:00:00Z", day: "2024-02-29", size: 9007199254740991, price: "27.50", any: { a: [1, null] } })';
  expect(await ask(graph.gateway, `{ ${literal} }`)).toEqual({ data: { echo: 'heard' } });
  const variables = { span: { from: '2024-01-01T00:00:00+01:00', any: { a: [1] }, text: String.raw`\u0000 written out` } };
  expect(await ask(graph.gateway, 'query ($span: Span) { echo(span: $span) }', variables)).toEqual({ data: { echo: 'heard' } });
  expect(graph.toys['echo']!.requests.at(-1)!.variables).toEqual(variables);
});
