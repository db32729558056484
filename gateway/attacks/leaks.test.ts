// S13: what errors and introspection tell of the schema. S14 has its secrets in subgraph-fetch.test.ts.
import { getIntrospectionQuery, isEnumType, isInputObjectType, isInterfaceType, isObjectType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planHere } from '../planning/planner.ts';
import { loadSupergraph } from '../supergraph.ts';
import { composeToys } from '../toys/compose.ts';
import { shop } from '../toys/shop.ts';
import { startAttackedGraph, type AttackedGraph } from './attacked-graph.ts';
import { TRANSPORTS } from './transports.ts';

let attacked: AttackedGraph;
let staff: AttackedGraph;
let api: string[] = [];
let inner: string[] = [];
beforeAll(async () => {
  attacked = await startAttackedGraph();
  staff = await startAttackedGraph({ production: false });
  const { apiSchema, schema } = await loadSupergraph(composeToys(shop), planHere);
  api = namesOf(apiSchema);
  inner = namesOf(schema).filter((name) => !api.includes(name));
});
afterAll(async () => {
  await attacked.stop();
  await staff.stop();
});

const POST = TRANSPORTS.find(({ name }) => name === 'POST')!;
const ask = async (query: string, variables = {}) => POST.ask(attacked.url, await attacked.authorization(), query, variables);

/** Of types, and of their fields and values; those of the composition's own types are everyday words. */
function namesOf(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  return types.flatMap((type) => [
    type.name,
    ...(type.name.includes('__') ? [] : membersOf(type)),
  ]);
}

function membersOf(type: GraphQLNamedType): string[] {
  return [
    ...(isEnumType(type) ? type.getValues().map(({ name }) => name) : []),
    ...(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : []),
  ];
}

const saysWord = (text: string, word: string) => new RegExp(`\\b${word}\\b`).test(text);

test('S13: the dictionary has names that must not be told', () => expect(inner).toEqual(expect.arrayContaining(['SECRET', 'Ghost', 'join__Graph'])));

/** Said by the query, or by every error: its code. */
const ASKED = new Set(['product', 'code']);

test('S13: five hundred typos tell no name that was not asked for', async () => {
  const fields = api.filter((name) => /^[a-z]{3}/.test(name));
  const typos = [...new Set(fields.flatMap((name) => [...name].flatMap((_, at) => [name.slice(0, at) + name.slice(at + 1), `${name.slice(0, at)}x${name.slice(at)}`])))]
    .filter((typo) => !api.includes(typo) && /^[a-zA-Z_]\w*$/.test(typo))
    .slice(0, 500);
  expect(typos.length).toBeGreaterThan(300);
  const texts = await Promise.all(chunks(typos, MAX_FAULTS).map((some) => ask(`{ product(id: "p1") { ${some.join(' ')} } }`)));
  const told = texts.map(({ text }) => text).join('\n');
  expect(told).toContain('Cannot query field');
  expect(told).not.toMatch(/did you mean/i);
  for (const name of [...inner, ...fields.filter((field) => !ASKED.has(field))]) expect.soft(saysWord(told, name), name).toBe(false);
});

test.each<[string, string, object]>([
  ['an enum value', '{ product(id: "p1") { kind(x: SECRE) } }', {}],
  ['an argument', '{ product(ide: "p1") { price(curency: "EUR") } }', {}],
  ['an argument of another type', '{ products(first: "x") { id } }', {}],
  ['an input field', 'query ($w: Wish) { wish(wish: $w) }', { w: { nam: 'x', dept: 1 } }],
  ['a type', '{ items { ... on Ghos { id } } }', {}],
  ['a hidden type', '{ items { ... on Ghost { id } } }', {}],
  ['a directive', '{ __typename @defe }', {}],
  ['a subgraph’s own fields', '{ _entities(representations: []) { __typename } _service { sdl } }', {}],
])('S13: an error about %s tells no inner name and suggests nothing', async (_, query, variables) => {
  const { text, hasData } = await ask(query, variables);
  expect(hasData).toBe(false);
  expect(text).not.toMatch(/did you mean|catalog|makers_|stock/i);
  for (const name of inner) if (!query.includes(name)) expect.soft(saysWord(text, name), name).toBe(false);
});

describe('S13: introspection by role', () => {
  const WHOLE = getIntrospectionQuery();
  const roles: [string, Record<string, unknown> | null][] = [
    ['nobody', null],
    ['staff', {}],
    ['a customer', { customerId: 'k1' }],
    ['a service account', { kind: 'service' }],
    ['a channel', { kind: 'channel', channel: 'shop' }],
  ];

  test.each(roles)('in production %s gets none, on no transport', async (_, claims) => {
    const authorization = claims ? await attacked.authorization(claims) : '';
    for (const query of [WHOLE, '{ __type(name: "Query") { name } }', '{ ...F } fragment F on Query { a: __schema { queryType { name } } }', 'subscription { __schema { queryType { name } } }'])
      for (const transport of TRANSPORTS) {
        const told = await transport.ask(attacked.url, authorization, query);
        expect(told.hasData).toBe(false);
      }
  });

  test.each(roles)('elsewhere %s gets it if it is staff', async (role, claims) => {
    const headers = claims ? await staff.authorization(claims) : '';
    const told = await POST.ask(staff.url, headers || 'Bearer none', WHOLE);
    expect(told.hasData).toBe(role === 'staff');
    for (const name of inner) expect.soft(saysWord(told.text, name), name).toBe(false);
  });
});

/** Faults that one answer tells. */
const MAX_FAULTS = 10;

function chunks<Value>(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, n) => values.slice(n * size, (n + 1) * size));
}
