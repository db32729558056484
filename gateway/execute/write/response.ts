import type { GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Run } from '../run.ts';
import { compileFields, type ObjectTools } from './object.ts';

/** The text of `data`, with errors left in `run.notes`. Written on the API schema, once compiled per operation. */
export type WriteData = (run: Run) => string;

export function compileResponse(tools: ObjectTools, operation: OperationDefinitionNode): WriteData {
  const write = compileFields(tools, rootType(tools.schema, operation.operation), [[operation.selectionSet, null]]);
  return (run) => write(run.data, run) ?? 'null';
}

export function rootType(schema: GraphQLSchema, kind: OperationTypeNode): GraphQLObjectType {
  const type = schema.getRootType(kind);
  if (!type) throw new Error(`The schema has no ${kind}.`);
  return type;
}
