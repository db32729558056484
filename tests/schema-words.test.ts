// The graph's names and words: conventions of schema/README.md, and a description of everything.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType, isSpecifiedScalarType, isUnionType } from 'graphql';
import { expect, test } from 'vitest';
import { lastDayOf } from '../scripts/graph-changes.ts';

// The whole graph: also what is hidden from clients.
const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', 'schema', 'supergraph.graphql'), 'utf8'), { assumeValid: true });
const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.includes('__') && !isSpecifiedScalarType(type));
const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);
/** Their name says all there is to say. */
const isPlumbing = ({ name }: GraphQLNamedType) => ROOTS.has(name) || /(Connection|Edge|Success|Result|Input)$/.test(name);

test('the graph is there', () => expect(types.length).toBeGreaterThan(150));

test.each(types.map((type) => [type.name, type] as const))('%s is named as the trade and the house do', (name, type) => {
  expect(name).toMatch(/^[A-Z][A-Za-z0-9]*$/);
  if (isEnumType(type)) for (const value of type.getValues()) expect(value.name).toMatch(/^[A-Z][A-Z0-9_]*$/);
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) for (const field of Object.keys(type.getFields())) expect(field).toMatch(/^[a-z][A-Za-z0-9]*$/);
  if (isUnionType(type)) expect(name.endsWith('Result')).toBe(true);
});

test.each(types.filter((type) => !isPlumbing(type) && !isEnumType(type) && !isUnionType(type)).map((type) => [type.name, type] as const))('%s says what it is', (_, type) => {
  expect(type.description?.length ?? 0).toBeGreaterThan(10);
});

test.each([...ROOTS])('every %s takes its input as the house does and answers with problems', (root) => {
  const fields = Object.values((schema.getType(root) as ReturnType<typeof schema.getMutationType>)!.getFields());
  expect(fields.length).toBeGreaterThan(3);
  if (root !== 'Mutation') return;
  for (const field of fields) {
    const name = field.name[0]!.toUpperCase() + field.name.slice(1);
    expect(field.args.map((argument) => `${argument.name}: ${argument.type.toString()}`), field.name).toEqual([`input: ${name}Input!`]);
    expect(field.type.toString(), field.name).toBe(`${name}Result`);
  }
});

/** Every place that can have words, by coordinate. */
function* places(): Generator<{ coordinate: string; description: string | null | undefined; deprecationReason?: string | null | undefined }> {
  for (const type of types) {
    yield { coordinate: type.name, description: type.description };
    if (isEnumType(type)) for (const value of type.getValues()) yield { coordinate: `${type.name}.${value.name}`, ...pick(value) };
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) yield { coordinate: `${type.name}.${field.name}`, ...pick(field) };
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield { coordinate: `${type.name}.${field.name}`, ...pick(field) };
      for (const argument of field.args) yield { coordinate: `${type.name}.${field.name}(${argument.name}:)`, ...pick(argument) };
    }
  }
}
const pick = ({ description, deprecationReason }: { description?: string | null | undefined; deprecationReason?: string | null | undefined }) => ({ description, deprecationReason });

const all = [...places()];

test('everything says what it is', () => {
  const undescribed = all.filter(({ description }) => !description || description.length < 4).map(({ coordinate }) => coordinate);
  expect(undescribed, 'describe it in its schema.graphql').toEqual([]);
});

test.each(['Connection.nodes', 'Connection.edges', 'Connection.pageInfo', 'Edge.node', 'Edge.cursor'])('…%s says the same everywhere: scripts/describe-plumbing.ts has the words', (name) => {
  const words = all.filter(({ coordinate }) => coordinate.endsWith(name)).map(({ description }) => description);
  expect(words.length).toBeGreaterThan(10);
  expect([...new Set(words)]).toHaveLength(1);
});

test('a deprecation says what to use instead and until when the old one stays', () => {
  for (const { coordinate, deprecationReason } of all.filter((place) => place.deprecationReason)) {
    expect.soft(lastDayOf(deprecationReason), `${coordinate}: “… Until YYYY-MM-DD.”`).not.toBeNull();
    expect.soft(deprecationReason!.replace(/until .*/i, '').trim().length, `${coordinate}: what to use instead`).toBeGreaterThan(10);
  }
});
