import {
  getNamedType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Fields } from '../execute/own.ts';
import { rootType } from '../execute/write/response.ts';
import type { Fragments } from '../execute/write/collect.ts';

/** How many objects an answer may hold, given coerced variables. */
export type Cost = (variables: Fields) => number;

type Rule = Readonly<{ schema: GraphQLSchema; fragments: Fragments; assumedListSize: number }>;

/** Values of a columnar list that cost as much as one object. */
const SCALARS_PER_OBJECT = 1_000;

/**
 * Sums the objects of an answer before it exists. A list is as long as its `first` or `last` says; inside a
 * connection, as long as the connection's; any other list has the assumed size. Types of a union are summed, which
 * can only be too much. To be called on documents whose spread-out selections are within the limit.
 */
export function compileCost(rule: Rule, operation: OperationDefinitionNode): Cost {
  return costOfSet(rule, rootType(rule.schema, operation.operation), operation.selectionSet, null);
}

function costOfSet(rule: Rule, type: GraphQLCompositeType, set: SelectionSetNode, inherited: Cost | null): Cost {
  const costs: Cost[] = [];
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const cost = costOfField(rule, type, selection, inherited);
      if (cost) costs.push(cost);
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : rule.fragments.get(selection.name.value);
    if (!fragment) continue;
    const condition = fragment.typeCondition ? rule.schema.getType(fragment.typeCondition.name.value) : type;
    if (condition && isCompositeType(condition)) costs.push(costOfSet(rule, condition, fragment.selectionSet, inherited));
  }
  return (variables) => costs.reduce((sum, cost) => sum + cost(variables), 0);
}

function costOfField(rule: Rule, type: GraphQLCompositeType, node: FieldNode, inherited: Cost | null): Cost | null {
  const field = 'getFields' in type ? type.getFields()[node.name.value] : undefined;
  if (!field) return null; // __typename, __schema, __type: no list of ours
  const named = getNamedType(field.type);
  const stated = statedSize(rule, field, node);
  const lists = listDepth(field.type);
  if (isLeafType(named)) {
    if (lists === 0) return null;
    const size = stated ?? fixed(rule.assumedListSize);
    return (variables) => Math.ceil(size(variables) / SCALARS_PER_OBJECT);
  }
  const size = lists === 0 ? fixed(1) : nestedSize(stated ?? inherited ?? fixed(rule.assumedListSize), lists, rule.assumedListSize);
  const below = node.selectionSet
    ? costOfSet(rule, named as GraphQLCompositeType, node.selectionSet, lists === 0 ? stated : null)
    : fixed(0);
  return (variables) => size(variables) * (1 + below(variables));
}

function fixed(size: number): Cost {
  return () => size;
}

/** Lists of lists: the inner ones have the assumed size. */
function nestedSize(outer: Cost, lists: number, assumed: number): Cost {
  return lists === 1 ? outer : (variables) => outer(variables) * assumed ** (lists - 1);
}

function listDepth(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepth(type.ofType);
  return isListType(type) ? 1 + listDepth(type.ofType) : 0;
}

function statedSize({ assumedListSize }: Rule, field: GraphQLField<unknown, unknown>, node: FieldNode): Cost | null {
  const sizes = ['first', 'last'].flatMap((name) => {
    const size = sizeArgument(field, node, name, assumedListSize);
    return size ? [size] : [];
  });
  if (sizes.length === 0) return null;
  return (variables) => Math.max(0, ...sizes.map((size) => size(variables)));
}

function sizeArgument(field: GraphQLField<unknown, unknown>, node: FieldNode, name: string, assumed: number): Cost | null {
  const argument = field.args.find((candidate) => candidate.name === name);
  if (!argument) return null;
  const fallback = typeof argument.defaultValue === 'number' ? argument.defaultValue : null;
  const value = node.arguments?.find((given) => given.name.value === name)?.value;
  if (value?.kind === Kind.INT) return fixed(Number(value.value));
  if (value?.kind !== Kind.VARIABLE) return fallback === null ? null : fixed(fallback);
  const variable = value.name.value;
  return (variables) => (typeof variables[variable] === 'number' ? variables[variable] : (fallback ?? assumed));
}
