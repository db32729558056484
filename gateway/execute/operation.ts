import { Kind, print, type OperationTypeNode, type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { planFault } from '../planning/plan-fault.ts';
import type { Supergraph } from '../supergraph.ts';
import { compilePlan } from './compile.ts';
import { either, never, type Condition } from './conditions.ts';
import { fillEmptySelections } from './empty-selections.ts';
import type { Send, Step, Tools } from './fetch.ts';
import { asksSchemaBelowRoot, compileIntrospection, introspected } from './introspection.ts';
import { addError } from './run.ts';
import { objectTypesOf } from './type-conditions.ts';
import { collectFields, type Fragments } from './write/collect.ts';
import { compileResponse, rootType, type WriteData } from './write/response.ts';

/** An operation made ready once: nothing in it belongs to one request, so it serves many at the same time. */
export type CompiledOperation = Readonly<{
  kind: OperationTypeNode;
  definition: OperationDefinitionNode;
  fragments: Fragments;
  /** The plan, and what is asked of the schema; for a subscription what follows an event. */
  run: Step;
  write: WriteData;
  subscription: SubscriptionNode | null;
  /** Length of the plan as text: what the operation is reckoned at where it is kept. */
  planCharacters: number;
}>;

export type EngineTools = Readonly<{ supergraph: Supergraph; tools: Tools }>;

export function engineOf(supergraph: Supergraph, sendTo: (service: string) => Send): EngineTools {
  return { supergraph, tools: { schema: supergraph.schema, objectTypes: objectTypesOf(supergraph.schema), sendTo } };
}

export type Operation = Readonly<{ query: string; document: DocumentNode; definition: OperationDefinitionNode }>;

/**
 * The document is valid on the API schema and within the limits; what is left to refuse is the planner's, which
 * rejects with a PlanFault.
 */
export async function compileOperation(
  { supergraph, tools }: EngineTools,
  { query, document, definition }: Operation,
  principal?: string,
): Promise<CompiledOperation> {
  const { apiSchema, planner } = supergraph;
  const fragments = fragmentsOf(document);
  if (asksSchemaBelowRoot(definition, fragments)) throw planFault({ code: 'BAD_USER_INPUT', message: ROOT_ONLY });
  const asks = asksSubgraphs(supergraph, definition, fragments);
  const filled = fillEmptySelections(document, fragments);
  const planned = asks === never ? null : await planner.plan(filled === document ? query : print(filled), definition.name?.value, principal);
  const node = planned?.node;
  if (!node && asks === null) throw planFault({ code: 'INTERNAL', message: NO_PLAN });
  const subscription = node?.kind === 'Subscription' ? node : null;
  if (definition.operation === 'subscription' && !subscription) throw planFault({ code: 'BAD_USER_INPUT', message: NO_SOURCE });
  const rest = subscription ? subscription.rest : (node as PlanNode | undefined);
  const run = node || asks === never ? compilePlan(rest, [], tools) : refuseUnplanned(asks);
  const introspect = compileIntrospection(supergraph, definition, fragments);
  return {
    kind: definition.operation,
    definition,
    fragments,
    run: introspect ? both(run, introspect) : run,
    write: compileResponse({ schema: apiSchema, supergraph: supergraph.schema, fragments, introspect: introspected }, definition),
    subscription,
    planCharacters: planned?.characters ?? 0,
  };
}

function both(one: Step, other: Step): Step {
  return async (run) => void (await Promise.all([one(run), other(run)]));
}

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return fragments;
}

/** Whether a field is asked for that some subgraph answers: `__typename`, `__schema` and `__type` at the root need none. */
function asksSubgraphs({ apiSchema }: Supergraph, definition: OperationDefinitionNode, fragments: Fragments): Condition {
  return collectFields(apiSchema, fragments, rootType(apiSchema, definition.operation), [[definition.selectionSet, null]])
    .filter(({ node }) => !node.name.value.startsWith('__'))
    .map(({ condition }) => condition)
    .reduce<Condition>(either, never);
}

/** The planner leaves out what `@skip(if: $x) @include(if: $x)` can never ask for; anything else without a plan is an error. */
function refuseUnplanned(asks: Condition): Step {
  return async (run) => {
    if (asks === null || asks(run.coerced)) addError(run, { message: NO_PLAN, code: 'INTERNAL' });
  };
}

const NO_SOURCE = 'The field of a subscription cannot be skipped.';
const ROOT_ONLY = '__schema and __type are answered at the root of a query only.';
const NO_PLAN = 'The operation has no plan.';
