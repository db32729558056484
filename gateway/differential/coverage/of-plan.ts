import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode, SubscriptionNode } from '@apollo/query-planner';
import { Kind, type GraphQLSchema } from 'graphql';

/** What the planner had to do for an operation. */
export const OF_PLAN = ['an interface object', 'a key that the planner renames', 'an entity of several keys', 'a compound key', 'a fetch under a condition', 'three fetches or more'] as const;

export function featuresOfPlan(supergraph: GraphQLSchema, { node }: QueryPlan): Set<(typeof OF_PLAN)[number]> {
  const found = new Set<(typeof OF_PLAN)[number]>();
  eachNode(node, (one) => {
    if (one.kind === 'Condition') found.add('a fetch under a condition');
    if (one.kind !== 'Fetch') return;
    if (one.inputRewrites?.some(({ kind }) => kind === 'ValueSetter')) found.add('an interface object');
    if (one.outputRewrites?.some(({ kind }) => kind === 'KeyRenamer')) found.add('a key that the planner renames');
    for (const type of typesOf(one)) {
      const keys = keysOf(supergraph, type, one.serviceName);
      if (keys.all.size > 1) found.add('an entity of several keys');
      if (keys.here.some((key) => key.includes(' '))) found.add('a compound key');
    }
  });
  if (fetchesOf({ kind: 'QueryPlan', ...(node && { node }) }) > 2) found.add('three fetches or more');
  return found;
}

export function fetchesOf({ node }: QueryPlan): number {
  let fetches = 0;
  eachNode(node, ({ kind }) => void (kind === 'Fetch' && fetches++));
  return fetches;
}

function eachNode(node: PlanNode | SubscriptionNode | undefined, visit: (node: PlanNode) => void): void {
  if (!node || node.kind === 'Subscription') return;
  visit(node);
  if (node.kind === 'Flatten') eachNode(node.node, visit);
  if (node.kind === 'Sequence' || node.kind === 'Parallel') for (const child of node.nodes) eachNode(child, visit);
  if (node.kind === 'Condition') for (const child of [node.ifClause, node.elseClause]) eachNode(child, visit);
}

function typesOf({ requires }: FetchNode): string[] {
  return (requires ?? []).flatMap((selection: QueryPlanSelectionNode) =>
    selection.kind === 'InlineFragment' && selection.typeCondition ? [selection.typeCondition] : [],
  );
}

function keysOf(supergraph: GraphQLSchema, type: string, service: string): Readonly<{ all: ReadonlySet<string>; here: readonly string[] }> {
  const all = new Set<string>();
  const here: string[] = [];
  for (const { name, arguments: given } of supergraph.getType(type)?.astNode?.directives ?? []) {
    const valueOf = (argument: string) => given?.find((one) => one.name.value === argument)?.value;
    const key = valueOf('key');
    const graph = valueOf('graph');
    if (name.value !== 'join__type' || key?.kind !== Kind.STRING || graph?.kind !== Kind.ENUM) continue;
    all.add(key.value);
    if (graph.value.toLowerCase() === service) here.push(key.value);
  }
  return { all, here };
}
