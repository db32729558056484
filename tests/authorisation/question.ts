// The smallest valid question at a door: required arguments only, with values that the schema allows.
import { getNamedType, getNullableType, type GraphQLArgument, type GraphQLInputType, type GraphQLSchema, isEnumType, isInputObjectType, isLeafType, isListType, isObjectType, isRequiredArgument, isRequiredInputField } from 'graphql';
import { newId } from '@stromgraph/kernel/ids';
import type { Entry } from './entries.ts';

export type Question = Readonly<{ query: string; variables: Record<string, unknown> }>;

const VALUES: Readonly<Record<string, () => unknown>> = {
  ID: () => newId(),
  String: () => 'x',
  Int: () => 1,
  Float: () => 1,
  Boolean: () => false,
  SafeInt: () => 1,
  Decimal: () => '1',
  DateTime: () => '2026-06-01T00:00:00Z',
  LocalDate: () => '2026-06-01',
  JSON: () => ({}),
};

export function questionOf(schema: GraphQLSchema, entry: Entry): Question {
  if (entry.kind === 'entity' || entry.kind === 'field') return entityQuestion(schema, entry);
  const given = required(entry.field!.args);
  const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  return { query: `${entry.kind}${declared && ` (${declared})`} { ${call(entry, given)} }`, variables: valuesOf(given) };
}

function entityQuestion(schema: GraphQLSchema, entry: Entry): Question {
  const given = required(entry.field?.args ?? []);
  const declared = ['$of: [_Any!]!', ...given.map(({ name, type }) => `$${name}: ${String(type)}`)].join(', ');
  const asked = entry.field ? call(entry, given) : '__typename';
  const type = schema.getType(entry.typeName);
  const fields = isObjectType(type) ? type.getFields() : {};
  const key = Object.fromEntries(entry.key.split(/\s+/).map((name) => [name, VALUES[getNamedType(fields[name]!.type).name]!()]));
  return { query: `query (${declared}) { _entities(representations: $of) { ... on ${entry.typeName} { ${asked} } } }`, variables: { of: [{ __typename: entry.typeName, ...key }], ...valuesOf(given) } };
}

const required = (args: readonly GraphQLArgument[]) => args.filter(isRequiredArgument);
const valuesOf = (args: readonly GraphQLArgument[]) => Object.fromEntries(args.map(({ name, type }) => [name, valueOf(type)]));

function call({ field }: Entry, given: readonly GraphQLArgument[]): string {
  const args = given.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${field!.name}${args && `(${args})`}${isLeafType(getNamedType(field!.type)) ? '' : ' { __typename }'}`;
}

function valueOf(type: GraphQLInputType): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [valueOf(bare.ofType)];
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (isInputObjectType(bare)) return Object.fromEntries(Object.values(bare.getFields()).filter(isRequiredInputField).map((field) => [field.name, valueOf(field.type)]));
  const make = VALUES[getNamedType(bare).name];
  if (!make) throw new Error(`no value is known for the scalar ${String(bare)}`);
  return make();
}
