import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import {
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type ObjectValueNode,
  type SelectionSetNode,
} from 'graphql';

/** Names of the fields that some `@requires` of the supergraph asks for with arguments; with none there is no conflict. */
export function requiredWithArguments(schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { astNode } of Object.values(type.getFields())) for (const name of requiredBy(astNode)) names.add(name);
  }
  return names;
}

function requiredBy(field: FieldDefinitionNode | undefined | null): string[] {
  const names: string[] = [];
  for (const directive of field?.directives ?? []) {
    const requires = directive.arguments?.find(({ name }) => name.value === 'requires')?.value;
    if (directive.name.value !== 'join__field' || requires?.kind !== Kind.STRING) continue;
    visit(parse(`{ ${requires.value} }`), { Field: (node) => (node.arguments?.length ? void names.push(node.name.value) : undefined) });
  }
  return names;
}

/**
 * The planner puts the client's field and the same field of a `@requires`, with other arguments, on one response key:
 * one would answer for the other, silently. Names the first such key, so that the operation can be refused.
 */
export function findArgumentConflict(plan: QueryPlan, clientText: string, required: ReadonlySet<string>): string | null {
  if (required.size === 0) return null;
  const asked = new Map<string, Set<string>>();
  const fetched = new Map<string, Set<string>>();
  const into = (map: Map<string, Set<string>>) => (place: string, field: FieldNode) => {
    if (required.has(field.name.value)) add(map, place, textOf(field));
  };
  eachField(parse(clientText, { noLocation: true }), '', into(asked));
  eachFetch(plan.node, '', (operation, path, entities) => eachField(parse(operation, { noLocation: true }), path, into(fetched), entities));
  for (const [place, texts] of fetched) {
    const wanted = asked.get(place);
    if (wanted ? [...texts].some((text) => !wanted.has(text)) : texts.size > 1) return place;
  }
  return null;
}

function add(map: Map<string, Set<string>>, place: string, text: string): void {
  const known = map.get(place);
  if (known) known.add(text);
  else map.set(place, new Set([text]));
}

type EachFetch = (operation: string, path: string, entities: boolean) => void;

function eachFetch(node: PlanNode | SubscriptionNode | undefined, path: string, found: EachFetch): void {
  switch (node?.kind) {
    case 'Fetch':
      // Renamed keys are the planner's own answer to the conflict.
      if (!node.outputRewrites?.some(({ kind }) => kind === 'KeyRenamer')) found(node.operation, path, node.requires !== undefined);
      return;
    case 'Flatten':
      return eachFetch(
        node.node,
        node.path.reduce<string>((at, part) => (part === '@' ? at : `${at}.${part}`), path),
        found,
      );
    case 'Sequence':
    case 'Parallel':
      for (const child of node.nodes) eachFetch(child, path, found);
      return;
    case 'Condition':
      eachFetch(node.ifClause, path, found);
      eachFetch(node.elseClause, path, found);
      return;
    case 'Subscription':
      eachFetch(node.primary, path, found);
      eachFetch(node.rest, path, found);
  }
}

/** Calls back with every field and its place, the response keys from the root. */
function eachField(document: DocumentNode, path: string, found: (place: string, field: FieldNode) => void, entities = false): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  function walk(set: SelectionSetNode, at: string): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const place = `${at}.${selection.alias?.value ?? selection.name.value}`;
        found(place, selection);
        if (selection.selectionSet) walk(selection.selectionSet, place);
        continue;
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value)?.selectionSet;
      if (inner) walk(inner, at);
    }
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const [only] = definition.selectionSet.selections;
    if (entities && only?.kind === Kind.FIELD && only.selectionSet) walk(only.selectionSet, path);
    else walk(definition.selectionSet, path);
  }
}

/** The planner writes the fields of an object in an order of its own. */
function textOf(field: FieldNode): string {
  const texts = (field.arguments ?? []).map((argument) => print(visit(argument, { ObjectValue: { leave: inOrder } })));
  return `${field.name.value}(${texts.sort().join(', ')})`;
}

function inOrder(node: ObjectValueNode): ObjectValueNode {
  return { ...node, fields: node.fields.toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1)) };
}
