import {
  executeSync,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Fragments, Collected } from './write/collect.ts';
import type { Introspect } from './write/object.ts';

/** Runs one introspection field on the API schema; the text is kept where no variable takes part. */
export function compileIntrospection(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments): Introspect {
  const kept = new Map<string, string>();
  return (field, run) => {
    const known = kept.get(field.key);
    if (known !== undefined) return known;
    const document = documentOf(field, operation, fragments);
    const { data, errors } = executeSync({ schema, document, variableValues: run.variables, rootValue: {} });
    if (errors?.length) throw errors[0] as Error;
    const text = JSON.stringify(data?.[field.key] ?? null);
    if (variablesOf(document).size === 0) kept.set(field.key, text);
    return text;
  };
}

/** Only this field, with all its merged selections, the fragments they use, and their variables. */
function documentOf(field: Collected, operation: OperationDefinitionNode, fragments: Fragments): DocumentNode {
  const selections = field.selections.flatMap(([set]) => set.selections);
  const node = field.selections.length ? { ...field.node, selectionSet: { kind: Kind.SELECTION_SET as const, selections } } : field.node;
  const bare = {
    kind: Kind.OPERATION_DEFINITION as const,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET as const, selections: [node] },
  };
  const used = usedFragments({ kind: Kind.DOCUMENT, definitions: [bare] }, fragments);
  const variables = variablesOf({ kind: Kind.DOCUMENT, definitions: [bare, ...used] });
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) => variables.has(variable.name.value));
  return { kind: Kind.DOCUMENT, definitions: [{ ...bare, variableDefinitions }, ...used] };
}

function usedFragments(
  document: DocumentNode,
  fragments: Fragments,
  used = new Map<string, FragmentDefinitionNode>(),
): FragmentDefinitionNode[] {
  visit(document, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment || used.has(name.value)) return;
      used.set(name.value, fragment);
      usedFragments({ kind: Kind.DOCUMENT, definitions: [fragment] }, fragments, used);
    },
  });
  return [...used.values()];
}

function variablesOf(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
