import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { reader, type Fields } from './own.ts';
import { compileMatches, type Matches } from './type-conditions.ts';
import { textOf } from './write/text.ts';

/**
 * The JSON text of an entity's representation, or null where it must not be sent. `whole` admits none of its fields to
 * be missing: where a fetch has failed, what is missing is not what the type never needed.
 */
export type Represent = (entity: Fields, whole: boolean) => string | null;

type Selection = Readonly<{ key: string; selections: readonly QueryPlanSelectionNode[] }>;
type Part = Readonly<{ prefix: string; read: (object: Fields) => unknown; write: (value: unknown) => string | null }>;

/** The fields of one fragment with those around it: sent all together or not at all. */
type Group = ReadonlyMap<string, Selection>;

/** What is taken from objects of one runtime type. */
type Shape = Readonly<{ start: string; groups: readonly Group[]; writeWhole: WriteParts; writePartly: WriteParts }>;
type WriteParts = (object: Fields, start: string) => string | null;

/**
 * What a subgraph needs to find an entity, by the entity's runtime type. Fragments that match merge. One that lacks a
 * field is left out: the planner asks in one fetch for what several types need, and the others suffice for this one.
 * An entity for which nothing is left is not sent. A real null stays a null.
 */
export function compileRequires(schema: GraphQLSchema, requires: readonly QueryPlanSelectionNode[]): Represent {
  const shapeOf = compileShapes(schema, requires);
  return (entity, whole) => {
    const typename = entity.__typename;
    if (typeof typename !== 'string') return null;
    const { start, groups, writeWhole, writePartly } = shapeOf(typename);
    if (groups.length === 0) return null;
    return writeWhole(entity, start) ?? (whole ? null : writePartly(entity, start));
  };
}

/** One list of fields per runtime type, made when a value of that type is first seen. */
function compileShapes(schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): (typename: string) => Shape {
  const matchers = new Map<string, Matches>();
  const shapes = new Map<string, Shape>();
  return (typename) => {
    const known = shapes.get(typename);
    if (known) return known;
    const groups = collectGroups(selections, new Map(), (condition) => {
      const matches = matchers.get(condition) ?? compileMatches(schema, condition);
      matchers.set(condition, matches);
      return matches(typename);
    });
    const shape = { start: `{"__typename":${textOf(typename)}`, groups, writeWhole: compileGroups(schema, groups), writePartly: compilePartly(schema, groups) };
    if (typename === '' || schema.getType(typename)) shapes.set(typename, shape); // a foreign name must not grow the map
    return shape;
  };
}

function collectGroups(
  selections: readonly QueryPlanSelectionNode[],
  around: Group,
  applies: (condition: string) => boolean,
): readonly Group[] {
  const fields = new Map(around);
  let hasFields = false;
  for (const selection of selections) {
    if (selection.kind !== 'Field') continue;
    hasFields = true;
    addSelection(fields, { key: selection.alias ?? selection.name, selections: selection.selections ?? [] });
  }
  const inner = selections.flatMap((selection) => {
    if (selection.kind !== 'InlineFragment' || (selection.typeCondition && !applies(selection.typeCondition))) return [];
    return collectGroups(selection.selections, fields, applies);
  });
  return hasFields ? [fields, ...inner] : inner;
}

function addSelection(fields: Map<string, Selection>, { key, selections }: Selection): void {
  if (key !== '__typename') fields.set(key, { key, selections: [...(fields.get(key)?.selections ?? []), ...selections] });
}

function compileGroups(schema: GraphQLSchema, groups: readonly Group[]): WriteParts {
  const merged = new Map<string, Selection>();
  for (const group of groups) for (const selection of group.values()) addSelection(merged, selection);
  const parts = [...merged.values()].map((selection) => compilePart(schema, selection));
  return (object, start) => writeParts(parts, object, start);
}

/** Writes the groups that are complete; what is known of each set of them is kept. */
function compilePartly(schema: GraphQLSchema, groups: readonly Group[]): WriteParts {
  if (groups.length < 2) return () => null;
  const writers = groups.map((group) => compileGroups(schema, [group]));
  const known = new Map<string, WriteParts>();
  return (object, start) => {
    const complete = writers.map((write) => write(object, '{') !== null);
    if (!complete.includes(true)) return null;
    const key = complete.join();
    const write = known.get(key) ?? compileGroups(schema, groups.filter((_, index) => complete[index]));
    if (known.size < MAX_SETS) known.set(key, write);
    return write(object, start);
  };
}

const MAX_SETS = 64;

function writeParts(parts: readonly Part[], object: Fields, start: string): string | null {
  let text = start;
  for (const part of parts) {
    const value = part.read(object);
    if (value === undefined) return null;
    const written = part.write(value);
    if (written === null) return null;
    text += (text === '{' ? '' : ',') + part.prefix + written;
  }
  return `${text}}`;
}

function compilePart(schema: GraphQLSchema, { key, selections }: Selection): Part {
  return { prefix: `${JSON.stringify(key)}:`, read: reader(key), write: selections.length ? compileNested(schema, selections) : textOf };
}

function compileNested(schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): (value: unknown) => string | null {
  const shapeOf = compileShapes(schema, selections);
  const asksTypename = selections.some((selection) => selection.kind === 'Field' && selection.name === '__typename');
  function write(value: unknown): string | null {
    if (value === null) return 'null';
    if (Array.isArray(value)) return writeList(value);
    if (typeof value !== 'object') return null;
    const object = value as Fields;
    const typename = typeof object.__typename === 'string' ? object.__typename : '';
    const start = asksTypename && typename ? `{"__typename":${textOf(typename)}` : '{';
    const { writeWhole, writePartly } = shapeOf(typename);
    return writeWhole(object, start) ?? writePartly(object, start);
  }
  function writeList(list: unknown[]): string | null {
    let text = '[';
    for (const element of list) {
      const written = write(element);
      if (written === null) return null;
      text += (text === '[' ? '' : ',') + written;
    }
    return `${text}]`;
  }
  return write;
}
