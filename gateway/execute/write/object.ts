import {
  isAbstractType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { Condition } from '../conditions.ts';
import { isFields, reader, type Fields } from '../own.ts';
import { COMPLETION } from '../../errors.ts';
import { failureAt, note, type Run } from '../run.ts';
import { collectFields, type Collected, type Fragments, type Selections } from './collect.ts';
import { bubble, compileValue, prefixNotes } from './value.ts';
import { FAILED, type Write, type Written } from './written.ts';

/** Answers `__schema` and `__type`, which no subgraph is asked for. */
export type Introspect = (field: Collected, run: Run) => string;

export type ObjectTools = Readonly<{ schema: GraphQLSchema; supergraph: GraphQLSchema; fragments: Fragments; introspect: Introspect }>;

/** Writes an object by its runtime type; the fields of a type are compiled when the first value of it comes by. */
export function compileObject(tools: ObjectTools, type: GraphQLOutputType, selections: Selections, owner: string): Write {
  const declared = type as GraphQLCompositeType;
  const writers = new Map<string, WriteFields>();
  return (value, run) => {
    if (value === undefined || value === null) return null;
    if (!isFields(value)) {
      note(run, COMPLETION, `Invalid value found for field ${owner}: not an object.`);
      return FAILED;
    }
    const typename = typeof value.__typename === 'string' ? value.__typename : declared.name;
    let write = writers.get(typename);
    if (!write) {
      const runtime = runtimeType(tools.schema, declared, typename);
      if (!runtime) {
        if (isHidden(tools, declared, typename)) return null;
        note(run, COMPLETION, `Invalid __typename found for field ${owner}.`);
        return FAILED;
      }
      write = compileFields(tools, runtime, selections);
      writers.set(typename, write);
    }
    return write(value, run);
  };
}

/** An interface is a runtime type too: a subgraph with an interface object knows no concrete one. */
function runtimeType(schema: GraphQLSchema, declared: GraphQLCompositeType, typename: string): GraphQLCompositeType | null {
  if (typename === declared.name) return declared;
  if (isObjectType(declared)) return isRoot(schema, declared) ? declared : null;
  const type = schema.getType(typename);
  return isObjectType(type) || isInterfaceType(type) ? subtype(schema, declared, type) : null;
}

function subtype<T extends GraphQLObjectType | GraphQLInterfaceType>(schema: GraphQLSchema, declared: GraphQLNamedType | undefined, type: T): T | null {
  return isAbstractType(declared) && schema.isSubType(declared, type) ? type : null;
}

/** A type that only the supergraph knows is not an error, it is nobody's business. */
function isHidden({ schema, supergraph }: ObjectTools, declared: GraphQLCompositeType, typename: string): boolean {
  const type = supergraph.getType(typename);
  if (schema.getType(typename) || !isObjectType(type)) return false;
  return subtype(supergraph, supergraph.getType(declared.name), type) !== null;
}

/** A subgraph may call its root types otherwise. */
function isRoot(schema: GraphQLSchema, type: GraphQLCompositeType): boolean {
  return type === schema.getQueryType() || type === schema.getMutationType() || type === schema.getSubscriptionType();
}

export type WriteFields = (object: Fields, run: Run) => Written;

type Field = Readonly<{
  key: string;
  condition: Condition;
  nonNull: boolean;
  read: (object: Fields) => unknown;
  write: (value: unknown, run: Run, object: Fields) => Written;
}>;

export function compileFields(tools: ObjectTools, type: GraphQLCompositeType, selections: Selections): WriteFields {
  const fields = collectFields(tools.schema, tools.fragments, type, selections).map((collected) => compileField(tools, type, collected));
  const prefixes = fields.map(({ key }) => `${JSON.stringify(key)}:`);
  return (object, run) => {
    let text = '{';
    const start = run.notes.length;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] as Field;
      if (field.condition !== null && !field.condition(run.coerced)) continue;
      const value = field.read(object);
      const noted = run.notes.length;
      const written =
        value === undefined && run.failures !== null && noteMissing(run, object, field.key) ? FAILED : field.write(value, run, object);
      if (run.notes.length > noted) prefixNotes(run, noted, field.key);
      if (typeof written !== 'string' && field.nonNull) return bubble(run, start, noted);
      text += (text === '{' ? '' : ',') + prefixes[i] + (written ?? 'null');
    }
    return `${text}}`;
  };
}

/** A field that a failed fetch should have brought has that fetch's error at its own path. */
function noteMissing(run: Run, object: Fields, key: string): boolean {
  if (key === '__typename') return false;
  const failure = failureAt(run, object, key);
  if (failure) note(run, failure.code, failure.message);
  return failure !== undefined;
}

function compileField(tools: ObjectTools, type: GraphQLCompositeType, collected: Collected): Field {
  const { key, condition } = collected;
  const name = collected.node.name.value;
  const read = reader(key);
  if (name === '__typename') return { key, condition, nonNull: true, read: readTypename, write: typenameWriter(tools.schema, type) };
  if (name === '__schema' || name === '__type')
    return { key, condition, nonNull: false, read: readTypename, write: (_, run) => tools.introspect(collected, run) };
  const definition = 'getFields' in type ? type.getFields()[name] : undefined;
  if (!definition) throw new Error(`${type.name} has no field ${name}.`);
  const owner = `${type.name}.${key}`;
  const values = {
    supergraph: tools.supergraph,
    compileObject: (of: GraphQLOutputType, selections: Selections, at: string) => compileObject(tools, of, selections, at),
  };
  return {
    key,
    condition,
    nonNull: isNonNullType(definition.type),
    read,
    write: compileValue(definition.type, collected.selections, owner, values),
  };
}

function readTypename(object: Fields): unknown {
  return object.__typename ?? null;
}

/** Always the concrete name, under any alias; an abstract one may not be told. */
function typenameWriter(schema: GraphQLSchema, type: GraphQLCompositeType): (value: unknown, run: Run) => Written {
  if (isObjectType(type)) return () => `"${type.name}"`;
  return (value, run) => {
    const concrete = typeof value === 'string' ? schema.getType(value) : undefined;
    if (concrete && isObjectType(concrete)) return `"${concrete.name}"`;
    note(run, COMPLETION, `Invalid __typename found for ${type.name}.`);
    return FAILED;
  };
}
