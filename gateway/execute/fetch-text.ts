import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Fields } from './own.ts';

/** Builds the request's JSON text; only the variables that the fetch uses and the client gave go along. */
export type FetchBody = (variables: Fields, representations: string | null) => string;

export function compileBody(node: FetchNode): FetchBody {
  const operationName = node.operationName ? `,"operationName":${JSON.stringify(node.operationName)}` : '';
  const head = `{"query":${JSON.stringify(node.operation)}${operationName},"variables":{`;
  const names = node.variableUsages ?? [];
  return (variables, representations) => {
    let text = head;
    let comma = '';
    for (const name of names) {
      if (!Object.hasOwn(variables, name) || variables[name] === undefined) continue;
      text += `${comma}${JSON.stringify(name)}:${JSON.stringify(variables[name])}`;
      comma = ',';
    }
    if (representations !== null) text += `${comma}"representations":[${representations}]`;
    return `${text}}}`;
  };
}

/** What the answer of a fetch can hold: its keys at the place it merges into, and whether any holds objects. */
export type FetchShape = Readonly<{ keys: ReadonlySet<string>; nested: boolean }>;

export function shapeOf(node: FetchNode): FetchShape {
  const operation = parse(node.operation, { noLocation: true }).definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const fragments = fragmentsOf(node.operation);
  const roots = operation ? keysOf(operation.selectionSet, fragments) : new Map<string, SelectionSetNode[]>();
  if (!node.requires) return { keys: new Set(roots.keys()), nested: [...roots.values()].some((sets) => sets.length > 0) };
  const merged = new Map<string, SelectionSetNode[]>();
  for (const set of roots.get('_entities') ?? [])
    for (const [key, sets] of keysOf(set, fragments)) merged.set(key, [...(merged.get(key) ?? []), ...sets]);
  return { keys: new Set(merged.keys()), nested: [...merged.values()].some((sets) => sets.length > 0) };
}

type Fragments = ReadonlyMap<string, SelectionSetNode>;

function fragmentsOf(text: string): Fragments {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of parse(text, { noLocation: true }).definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }
  return fragments;
}

function keysOf(
  set: SelectionSetNode,
  fragments: Fragments,
  keys = new Map<string, SelectionSetNode[]>(),
): Map<string, SelectionSetNode[]> {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      keys.set(key, [...(keys.get(key) ?? []), ...(selection.selectionSet ? [selection.selectionSet] : [])]);
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value);
    if (inner) keysOf(inner, fragments, keys);
  }
  return keys;
}
