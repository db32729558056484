import { Kind, type OperationTypeNode, type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { Supergraph } from '../supergraph.ts';
import { findArgumentConflict } from './argument-conflicts.ts';
import { compilePlan } from './compile.ts';
import { never } from './conditions.ts';
import type { Send, Step, Tools } from './fetch.ts';
import { compileIntrospection } from './introspection.ts';
import { objectTypesOf } from './type-conditions.ts';
import { collectFields, type Fragments } from './write/collect.ts';
import { compileResponse, rootType, type WriteData } from './write/response.ts';

/** An operation made ready once: nothing in it belongs to one request, so it serves many at the same time. */
export type CompiledOperation = Readonly<{
  kind: OperationTypeNode;
  definition: OperationDefinitionNode;
  fragments: Fragments;
  /** The plan; for a subscription what follows an event. */
  run: Step;
  write: WriteData;
  subscription: SubscriptionNode | null;
}>;

/** A valid operation that cannot be planned: told to the client, not kept. */
export type PlanFault = Error & { readonly planCode: 'BAD_USER_INPUT' | 'INTERNAL' };

export type EngineTools = Readonly<{ supergraph: Supergraph; tools: Tools }>;

export function engineOf(supergraph: Supergraph, sendTo: (service: string) => Send): EngineTools {
  return { supergraph, tools: { schema: supergraph.schema, objectTypes: objectTypesOf(supergraph.schema), sendTo } };
}

/** The document is valid on the API schema and within the limits; what is left to refuse is the planner's. */
export function compileOperation(
  { supergraph, tools }: EngineTools,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): CompiledOperation {
  const { apiSchema } = supergraph;
  const fragments = fragmentsOf(document);
  const node = needsPlan(supergraph, definition, fragments) ? planFor(supergraph, document, definition) : undefined;
  const subscription = node?.kind === 'Subscription' ? node : null;
  const rest = subscription ? subscription.rest : (node as PlanNode | undefined);
  return {
    kind: definition.operation,
    definition,
    fragments,
    run: compilePlan(rest, [], tools),
    write: compileResponse(
      { schema: apiSchema, supergraph: supergraph.schema, fragments, introspect: compileIntrospection(apiSchema, definition, fragments) },
      definition,
    ),
    subscription,
  };
}

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return fragments;
}

/** `__typename`, `__schema` and `__type` at the root are answered without any subgraph. */
function needsPlan({ apiSchema }: Supergraph, definition: OperationDefinitionNode, fragments: Fragments): boolean {
  const fields = collectFields(apiSchema, fragments, rootType(apiSchema, definition.operation), [[definition.selectionSet, null]]);
  return fields.some(({ node, condition }) => !node.name.value.startsWith('__') && condition !== never);
}

function planFor(supergraph: Supergraph, document: DocumentNode, definition: OperationDefinitionNode): PlanNode | SubscriptionNode {
  const { plan, text } = planOrFault(supergraph, document, definition.name?.value);
  if (!plan.node) throw planFault('INTERNAL', 'The operation has no plan.');
  const conflict = findArgumentConflict(plan, text, supergraph.requiredWithArguments);
  if (conflict) throw planFault('BAD_USER_INPUT', `The field ${conflict.slice(1)} is needed with other arguments at the same time.`);
  return plan.node;
}

function planOrFault(supergraph: Supergraph, document: DocumentNode, name: string | undefined): ReturnType<Supergraph['plan']> {
  try {
    return supergraph.plan(document, name);
  } catch (cause) {
    throw planFault('INTERNAL', 'The operation cannot be planned.', cause);
  }
}

function planFault(planCode: PlanFault['planCode'], message: string, cause?: unknown): PlanFault {
  return Object.assign(new Error(message, { cause }), { planCode });
}
