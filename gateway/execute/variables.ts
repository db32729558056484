import { shortened } from '@stromgraph/kernel/told';
import { getVariableValues, Kind, visit, type FragmentDefinitionNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Fields } from './own.ts';
import type { Fragments } from './write/collect.ts';

export type Coerced = Readonly<{ values: Fields } | { faults: readonly string[] }>;

export type Coerce = (variables: Fields) => Coerced;

const NOTHING: Coerced = { values: {} };
const MAX_FAULTS = 5;

/** Checks variables on the API schema and fills in defaults; subgraphs still get what the client sent. */
export function compileCoercion(schema: GraphQLSchema, definition: OperationDefinitionNode, fragments: Fragments): Coerce {
  const { variableDefinitions } = definition;
  if (!variableDefinitions?.length) return () => NOTHING;
  const conditions = nullableConditions(definition, fragments);
  return (variables) => {
    const { errors, coerced } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: MAX_FAULTS, hideSuggestions: true });
    if (errors) return { faults: errors.map(({ message }) => shortened(message)) };
    const faults = conditions.filter((name) => coerced[name] === null).map((name) => `Variable "$${name}" must not be null: @skip and @include need true or false.`);
    return faults.length ? { faults } : { values: coerced };
  };
}

/** What decides over a selection although its type admits null: a default makes that valid, and yields to a null that is sent. */
function nullableConditions(definition: OperationDefinitionNode, fragments: Fragments): readonly string[] {
  const nullable = definition.variableDefinitions?.filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE).map(({ variable }) => variable.name.value) ?? [];
  if (nullable.length === 0) return [];
  const deciding = new Set<string>();
  const used = new Set<OperationDefinitionNode | FragmentDefinitionNode>([definition]);
  for (const node of used)
    visit(node, {
      Directive({ name, arguments: given }) {
        const value = given?.find((argument) => argument.name.value === 'if')?.value;
        if ((name.value === 'skip' || name.value === 'include') && value?.kind === Kind.VARIABLE) deciding.add(value.name.value);
      },
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment) used.add(fragment);
      },
    });
  return nullable.filter((name) => deciding.has(name));
}
