import { shortened } from '@stromgraph/kernel/told';
import { getVariableValues, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Fields } from './own.ts';

export type Coerced = Readonly<{ values: Fields } | { faults: readonly string[] }>;

export type Coerce = (variables: Fields) => Coerced;

const NOTHING: Coerced = { values: {} };
const MAX_FAULTS = 5;

/** Checks variables on the API schema and fills in defaults; subgraphs still get what the client sent. */
export function compileCoercion(schema: GraphQLSchema, { variableDefinitions }: OperationDefinitionNode): Coerce {
  if (!variableDefinitions?.length) return () => NOTHING;
  return (variables) => {
    const { errors, coerced } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: MAX_FAULTS, hideSuggestions: true });
    return errors ? { faults: errors.map(({ message }) => shortened(message)) } : { values: coerced };
  };
}
