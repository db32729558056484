import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { hashOf, isAmong } from '../random.ts';
import type { Families } from './families.ts';
import type { World } from './world.ts';

/** An object of the world. Its identity names it in every subgraph; `given` is the representation it was found by. */
export type Thing = Readonly<{ __typename: string; identity: string; given?: Readonly<Record<string, unknown>> }>;

export type MakeValue = (world: World, identity: string, hash: number) => unknown;

/** Makes up the values of one field. Objects of an entity type are drawn from its family, others belong to their owner. */
export function compileValue(schema: GraphQLSchema, families: Families, type: GraphQLOutputType, field: string): MakeValue {
  if (isNonNullType(type)) return compilePresent(schema, families, type.ofType, field);
  const make = compilePresent(schema, families, type, field);
  const isKey = getNamedType(type).name === 'ID';
  return (world, identity, hash) => {
    if (isKey || !isAmong(world.nulls, hashOf(hash, 'null'))) return make(world, identity, hash);
    return null;
  };
}

const MAX_LENGTH = 3;

function compilePresent(schema: GraphQLSchema, families: Families, type: GraphQLOutputType, field: string): MakeValue {
  if (isListType(type)) {
    const make = compileValue(schema, families, type.ofType, field);
    return (world, identity, hash) =>
      Array.from({ length: hashOf(hash, 'length') % (MAX_LENGTH + 1) }, (_, index) => make(world, `${identity}.${index}`, hashOf(hash, index)));
  }
  if (isLeafType(type)) return compileLeaf(type, field);
  return compileObject(schema, families, type as GraphQLCompositeType);
}

function compileLeaf(type: GraphQLLeafType, field: string): MakeValue {
  if (isEnumType(type)) {
    const names = type.getValues().map(({ name }) => name);
    return (_, __, hash) => names[hash % names.length];
  }
  const make = SCALARS[type.name];
  if (!make) throw new Error(`There are no values of ${type.name}.`);
  return (_, identity, hash) => make(hash, `${field}~${identity.replace(/\.\w+$/, '')}`);
}

const ODD_TEXTS = ['', 'ä"\\\u2028', '\ud83d\ude00 <b>', 'null', 'x'.repeat(70)];

const SCALARS: Readonly<Record<string, (hash: number, key: string) => unknown>> = {
  ID: (_, key) => key,
  Int: (hash) => (hash % 7 === 0 ? 0 : (hash % 1_000) - 300),
  Float: (hash) => (hash % 7 === 0 ? 0 : ((hash % 1_000) - 300) / 8),
  String: (hash) => (hash % 9 === 0 ? ODD_TEXTS[(hash >>> 8) % ODD_TEXTS.length] : `t${hash % 10_000}`),
  Boolean: (hash) => hash % 2 === 0,
  DateTime: (hash) => new Date((hash % 10_000) * 86_400_000).toISOString(),
  LocalDate: (hash) => new Date((hash % 10_000) * 86_400_000).toISOString().slice(0, 10),
  SafeInt: (hash) => hash * 4_096,
  Decimal: (hash) => `${hash % 1_000}.${String(hash % 97).padStart(2, '0')}`,
  JSON: (hash) => [{ a: hash % 3, b: [null, 'x'] }, hash, 'text', [[]], null][hash % 5],
};

function compileObject(schema: GraphQLSchema, families: Families, type: GraphQLCompositeType): MakeValue {
  const possible = (isAbstractType(type) ? schema.getPossibleTypes(type) : [type]).map(({ name }) => name).sort();
  return (_, identity, hash): Thing => {
    const typename = possible[hashOf(hash, 'type') % possible.length] as string;
    const family = families.familyOf(typename);
    if (family === null) return { __typename: typename, identity };
    const members = families.membersOf(family, new Set([typename]));
    return { __typename: typename, identity: `${family}:${String(members[hashOf(hash, 'member') % members.length])}` };
  };
}
