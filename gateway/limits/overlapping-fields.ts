import {
  GraphQLError,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  getNamedType,
  Kind,
  print,
  type ASTVisitor,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

type Entry = Readonly<{ parent: GraphQLNamedType | undefined; node: FieldNode; field: GraphQLField<unknown, unknown> | undefined }>;
type Group = readonly [Entry, ...Entry[]];

/** Thrown when comparing would take longer than any honest operation needs. */
export type TooManyComparisons = Error & { readonly comparisons: number };

/**
 * GraphQL's rule that fields under one response key must agree, in place of graphql-js's, which compares every pair:
 * here each field is compared with one of its group, and the work is counted against a limit.
 */
export function overlappingFieldsRule(limit: number): ValidationRule {
  return (context) => {
    let comparisons = 0;
    const count = () => {
      if (++comparisons > limit) throw Object.assign(new Error('Too many fields to compare.'), { comparisons });
    };
    const visitor: ASTVisitor = {
      OperationDefinition(operation) {
        const conflict = findConflict(
          entriesOf(context, [[context.getSchema().getRootType(operation.operation) ?? undefined, operation.selectionSet]], count),
          context,
          count,
        );
        if (conflict) context.reportError(conflict);
        return false;
      },
    };
    return visitor;
  };
}

function findConflict(entries: readonly Entry[], context: ValidationContext, count: () => void): GraphQLError | null {
  for (const group of groupsOf(entries)) {
    const sets = overlappingSets(group);
    const conflict =
      findUnlikeShape(group, sets.length > 1, context, count) ?? firstOf(sets, (set) => findUnlikeField(set, context, count));
    if (conflict) return conflict;
  }
  return null;
}

/** Whatever the parents, one response key has one shape: lists, non-null, leaf type. */
function findUnlikeShape(group: Group, deep: boolean, context: ValidationContext, count: () => void): GraphQLError | null {
  const [first, ...others] = group;
  for (const other of others) {
    count();
    if (first.field && other.field && !sameShape(first.field.type, other.field.type))
      return conflictOf(first, other, 'they return other types');
  }
  if (!deep) return null;
  return firstOf(groupsOf(entriesBelow(group, context, count)), (below) => findUnlikeShape(below, true, context, count));
}

/** Fields that can meet on one object are the same field with the same arguments, and so are those below them. */
function findUnlikeField(set: Group, context: ValidationContext, count: () => void): GraphQLError | null {
  const [first, ...others] = set;
  for (const other of others) {
    count();
    if (first.node.name.value !== other.node.name.value) return conflictOf(first, other, 'they are different fields');
    if (first.node !== other.node && argumentsOf(first.node) !== argumentsOf(other.node))
      return conflictOf(first, other, 'they have other arguments');
  }
  return findConflict(entriesBelow(set, context, count), context, count);
}

/** Abstract parents meet every other; two object types never meet. */
function overlappingSets(group: Group): Group[] {
  const abstract = group.filter(({ parent }) => !isObjectType(parent));
  const objects = [
    ...Map.groupBy(
      group.filter(({ parent }) => isObjectType(parent)),
      ({ parent }) => parent,
    ).values(),
  ];
  const sets = objects.length === 0 ? [abstract] : objects.map((same) => [...abstract, ...same]);
  return sets.filter((set): set is [Entry, ...Entry[]] => set.length > 0);
}

function groupsOf(entries: readonly Entry[]): Group[] {
  return [...Map.groupBy(entries, ({ node }) => node.alias?.value ?? node.name.value).values()] as [Entry, ...Entry[]][];
}

function entriesBelow(group: Group, context: ValidationContext, count: () => void): Entry[] {
  return entriesOf(
    context,
    group.flatMap(({ node, field }) => (node.selectionSet ? [[field && getNamedType(field.type), node.selectionSet] as const] : [])),
    count,
  );
}

function entriesOf(
  context: ValidationContext,
  sets: readonly (readonly [GraphQLNamedType | undefined, SelectionSetNode])[],
  count: () => void,
): Entry[] {
  const entries: Entry[] = [];
  const spread = new Set<string>();
  function walk(parent: GraphQLNamedType | undefined, set: SelectionSetNode): void {
    for (const selection of set.selections) {
      count();
      if (selection.kind === Kind.FIELD) {
        const field =
          parent && 'getFields' in parent
            ? (parent.getFields()[selection.name.value] as GraphQLField<unknown, unknown> | undefined)
            : undefined;
        entries.push({ parent, node: selection, field });
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(
          selection.typeCondition ? (context.getSchema().getType(selection.typeCondition.name.value) ?? undefined) : parent,
          selection.selectionSet,
        );
        continue;
      }
      const fragment = context.getFragment(selection.name.value);
      if (!fragment || spread.has(selection.name.value)) continue;
      spread.add(selection.name.value);
      walk(context.getSchema().getType(fragment.typeCondition.name.value) ?? undefined, fragment.selectionSet);
    }
  }
  for (const [parent, set] of sets) walk(parent, set);
  return entries;
}

function sameShape(left: GraphQLOutputType, right: GraphQLOutputType): boolean {
  if (isNonNullType(left) || isNonNullType(right))
    return isNonNullType(left) && isNonNullType(right) && sameShape(left.ofType, right.ofType);
  if (isListType(left) || isListType(right)) return isListType(left) && isListType(right) && sameShape(left.ofType, right.ofType);
  if (isLeafType(left) || isLeafType(right)) return left === right;
  return isCompositeType(left) && isCompositeType(right);
}

function argumentsOf(node: FieldNode): string {
  return (node.arguments ?? [])
    .map((argument) => print(argument))
    .sort()
    .join(', ');
}

function conflictOf(first: Entry, other: Entry, reason: string): GraphQLError {
  const key = first.node.alias?.value ?? first.node.name.value;
  return new GraphQLError(`Fields "${key}" conflict because ${reason}. Use different aliases to fetch both.`, {
    nodes: [first.node, other.node],
  });
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => GraphQLError | null): GraphQLError | null {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return null;
}
