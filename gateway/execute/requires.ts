import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { reader, type Fields } from './own.ts';
import { compileMatches, type Matches } from './type-conditions.ts';
import { textOf } from './write/text.ts';

/** The JSON text of an entity's representation, or null where it must not be sent. */
export type Represent = (entity: Fields) => string | null;

type Selection = Readonly<{ key: string; selections: readonly QueryPlanSelectionNode[] }>;
type Part = Readonly<{ prefix: string; read: (object: Fields) => unknown; write: (value: unknown) => string | null }>;
type Shape = Readonly<{ matched: boolean; parts: readonly Part[] }>;

/**
 * What a subgraph needs to find an entity, by the entity's runtime type. Fragments that match merge; an entity of
 * another type, or one that lacks a required field, is left out. A real null stays a null.
 */
export function compileRequires(schema: GraphQLSchema, requires: readonly QueryPlanSelectionNode[]): Represent {
  const shapeOf = compileShapes(schema, requires);
  return (entity) => {
    const typename = entity.__typename;
    if (typeof typename !== 'string') return null;
    const shape = shapeOf(typename);
    if (!shape.matched) return null;
    return writeParts(shape.parts, entity, `{"__typename":${textOf(typename)}`);
  };
}

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

/** One list of fields per runtime type, made when a value of that type is first seen. */
function compileShapes(schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): (typename: string) => Shape {
  const matchers = new Map<string, Matches>();
  const shapes = new Map<string, Shape>();
  return (typename) => {
    const known = shapes.get(typename);
    if (known) return known;
    const merged = new Map<string, Selection>();
    const matched = collect(selections, merged, (condition) => {
      const matches = matchers.get(condition) ?? compileMatches(schema, condition);
      matchers.set(condition, matches);
      return matches(typename);
    });
    merged.delete('__typename');
    const shape = { matched, parts: [...merged.values()].map((selection) => compilePart(schema, selection)) };
    if (typename === '' || schema.getType(typename)) shapes.set(typename, shape); // a foreign name must not grow the map
    return shape;
  };
}

function collect(
  selections: readonly QueryPlanSelectionNode[],
  merged: Map<string, Selection>,
  applies: (condition: string) => boolean,
): boolean {
  let matched = false;
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      if (selection.typeCondition && !applies(selection.typeCondition)) continue;
      collect(selection.selections, merged, applies);
      matched = true;
      continue;
    }
    const key = selection.alias ?? selection.name;
    merged.set(key, { key, selections: [...(merged.get(key)?.selections ?? []), ...(selection.selections ?? [])] });
    matched = true;
  }
  return matched;
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
    return writeParts(shapeOf(typename).parts, object, start);
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
