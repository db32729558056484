// The committed graph is the one that the schema files make, its clients' operations hold, and what must not compose does not.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildASTSchema, buildSchema, getVariableValues, type GraphQLSchema, Kind, type ObjectTypeDefinitionNode, type OperationDefinitionNode, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compose, domainsWithSchemaFile, OUTPUTS } from '../scripts/compose.ts';
import { compareGraphs } from '../scripts/graph-changes.ts';
import { graphAt, knownOperations } from '../scripts/graph-diff.ts';
import { readProbes } from '../scripts/start/probes.ts';
import { MANIFEST, trustedDocuments } from '../scripts/trusted-documents.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const composed = compose();
const api = buildSchema(composed.api, { assumeValid: true });

const OPERATIONS = join('docs', 'operations');
const documents = readdirSync(join(ROOT, OPERATIONS)).filter((name) => name.endsWith('.graphql')).map((name) => [name, read(join(OPERATIONS, name))] as const);

test.each(Object.entries(OUTPUTS))('%s is committed as the schema files make it', (part, path) => {
  expect(read(path) === composed[part as keyof typeof OUTPUTS], `${path} is stale: npm run generate`).toBe(true);
});

test('the trusted documents are committed as docs/operations and the start have them', () => {
  expect(read(MANIFEST) === trustedDocuments(), `${MANIFEST} is stale: npm run generate`).toBe(true);
});

describe('the operations of clients', () => {
  test('are there', () => expect(documents.length).toBeGreaterThan(20));

  test.each(documents)('%s holds, with its example variables', (name, text) => {
    const document = parse(text);
    expect(validate(api, document).map((error) => error.message)).toEqual([]);
    const [operation] = document.definitions.filter((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION);
    const { variables = {} } = JSON.parse(read(join(OPERATIONS, name.replace(/\.graphql$/, '.json')))) as { variables?: Record<string, unknown> };
    const { errors } = getVariableValues(api, operation!.variableDefinitions ?? [], variables);
    // What is looked up before (a first id) is not in the file.
    expect(errors?.map((error) => error.message).filter((message) => !message.includes('was not provided')) ?? []).toEqual([]);
  });

  test.each(documents)('%s breaks when a field that it asks for goes', (_, text) => {
    const fields = fieldsOf(api, text);
    for (const gone of [fields[0]!, fields.at(-1)!]) expect.soft(validate(without(gone), parse(text)), `${gone.type}.${gone.field}`).not.toEqual([]);
  });

  test('every subgraph has one', () => {
    const used = new Set(documents.flatMap(([, text]) => fieldsOf(api, text).map(({ type, field }) => `${type}.${field}`)));
    for (const domain of domainsWithSchemaFile()) {
      const own = rootFieldsOf(domain);
      expect.soft(own.some((coordinate) => used.has(coordinate)), `${domain}: none of ${own.join(', ')} is in docs/operations`).toBe(true);
    }
  });
});

describe('what is asked before the start says «ready»', () => {
  const probes = readProbes();

  test.each(probes.map((probe) => [probe.domain, probe.what, probe.query] as const))('%s: %s', (domain, what, query) => {
    expect(validate(api, parse(query)).map((error) => error.message)).toEqual([]);
    const [root] = fieldsOf(api, query);
    const isOwn = rootFieldsOf(domain).includes(`${root!.type}.${root!.field}`);
    expect(isOwn).toBe(what === 'a query of its own');
  });

  test('covers every subgraph, and every one whose entities others lead to', () => {
    for (const domain of domainsWithSchemaFile()) {
      expect.soft(probes.some((probe) => probe.domain === domain && probe.what === 'a query of its own'), domain).toBe(true);
      if (joinedFrom(domain).length > 0) expect.soft(probes.some((probe) => probe.domain === domain && probe.what !== 'a query of its own'), `${domain} is joined from ${joinedFrom(domain).join(', ')}`).toBe(true);
    }
  });
});

test('no known operation fails by what has changed since the last commit', async (context) => {
  const before = lastCommit();
  if (!before) return context.skip('there is no git history here');
  const { broken } = await compareGraphs({ before, after: api, operations: knownOperations(), today: new Date().toISOString().slice(0, 10) });
  expect(broken.map(({ operation: { client, name }, reasons }) => `${client}: ${name}: ${reasons.join(' ')}`)).toEqual([]);
});

const QUERY = 'type Query { thing: Thing @scope(needs: []) }';
const THING = 'type Thing @key(fields: "id") @scope(needs: []) { id: ID! }';

test.each<[string, Record<string, string>, RegExp]>([
  ['a root field without a scope', { a: `type Query { thing: ID }` }, /^a: Query\.thing has no @scope$/],
  ['an entity without an owner', { a: `${QUERY} type Thing @key(fields: "id") { id: ID! }` }, /^Thing: exactly one subgraph, its owner, sets @scope on the type \(now: none\)$/],
  ['an entity with two owners', { a: `${QUERY} ${THING}`, b: THING }, /^Thing: exactly one subgraph, its owner, sets @scope on the type \(now: a, b\)/],
  ['a field added to somebody else’s entity without a scope', { a: `${QUERY} ${THING}`, b: 'type Thing @key(fields: "id") { id: ID! more: String }' }, /^b: Thing\.more adds to an entity of a without a @scope of its own$/],
  ['G3: a field that reads a guarded one and needs less', { a: `${QUERY} type Thing @key(fields: "id") @scope(needs: []) { id: ID! iban: String @scope(needs: ["a:read"]) }`, b: 'type Thing @key(fields: "id") { id: ID! iban: String @external bank: String @requires(fields: "iban") @scope(needs: ["b:read"]) }' },
    /^b: Thing\.bank reads iban, which needs a:read, and must need it too$/],
  ['two types of one field', { a: `${QUERY} ${THING} type Query { size: Int @scope(needs: []) @shareable }`, b: 'type Query { size: String @scope(needs: []) @shareable }' }, /Query|size/],
  ['one field in two subgraphs', { a: `${QUERY} ${THING}`, b: 'type Query { thing: Thing @scope(needs: []) } type Thing @key(fields: "id") { id: ID! }' }, /Non-shareable field "Query\.thing" is resolved from multiple subgraphs/],
  ['a type that nobody resolves', { a: 'type Query { thing: Nowhere @scope(needs: []) }' }, /Unknown type:? "?Nowhere"?/],
  ['inputs that merge by leaving a field out',
    { a: `${QUERY} ${THING} input Wish { one: String two: String } type Mutation { wish(input: Wish!): ID @scope(needs: []) }`, b: 'input Wish { one: String } type Mutation { hope(input: Wish!): ID @scope(needs: []) }' },
    /^INCONSISTENT_INPUT_OBJECT_FIELD: Input object field "two"/],
  ['enums that differ', { a: `${QUERY} ${THING} enum Way { UP DOWN } type Mutation { go(way: Way!): ID @scope(needs: []) }`, b: 'enum Way { UP } type Mutation { come(way: Way!): ID @scope(needs: []) }' }, /DOWN/],
  ['no GraphQL at all', { a: 'type Query {' }, /Syntax Error/],
])('%s does not compose, and says why', (_, schemas, message) => {
  expect(() => compose(schemas)).toThrow(message);
});

function lastCommit(): GraphQLSchema | null {
  try {
    return graphAt('HEAD');
  } catch {
    return null;
  }
}

type Coordinate = Readonly<{ type: string; field: string }>;

function fieldsOf(schema: GraphQLSchema, text: string): Coordinate[] {
  const found: Coordinate[] = [];
  const info = new TypeInfo(schema);
  visit(parse(text), visitWithTypeInfo(info, { Field: ({ name }) => void (name.value.startsWith('__') || found.push({ type: info.getParentType()!.name, field: name.value })) }));
  return found;
}

/** The API as it would be without one field. */
function without({ type, field }: Coordinate): GraphQLSchema {
  const leave = (node: ObjectTypeDefinitionNode) => (node.name.value === type ? { ...node, fields: (node.fields ?? []).filter(({ name }) => name.value !== field) } : undefined);
  return buildASTSchema(visit(parse(composed.api), { ObjectTypeDefinition: leave }), { assumeValid: true });
}

const objectsOf = (domain: string) => parse(read(join('subgraphs', domain, 'schema.graphql'))).definitions.filter((node): node is ObjectTypeDefinitionNode => node.kind === Kind.OBJECT_TYPE_DEFINITION);

const rootFieldsOf = (domain: string): string[] =>
  objectsOf(domain).filter(({ name }) => ['Query', 'Mutation', 'Subscription'].includes(name.value)).flatMap(({ name, fields }) => (fields ?? []).map((field) => `${name.value}.${field.name.value}`));

/** The subgraphs that name an entity of which this one has fields. */
function joinedFrom(domain: string): string[] {
  const isResolved = (node: ObjectTypeDefinitionNode) => node.directives?.some(({ name, arguments: given }) => name.value === 'key' && !given?.some((argument) => argument.name.value === 'resolvable'));
  const entities = objectsOf(domain).filter((node) => isResolved(node) && (node.fields?.length ?? 0) > 1).map(({ name }) => name.value);
  return domainsWithSchemaFile().filter((other) => other !== domain && objectsOf(other).some(({ name }) => entities.includes(name.value)));
}
