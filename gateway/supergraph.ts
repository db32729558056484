import { ApolloGateway } from '@apollo/gateway';
import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { requiredWithArguments } from './execute/argument-conflicts.ts';
import { giveScalarsTheirRules } from './known-scalars.ts';
import { readScopes, type Scopes } from './scopes.ts';

export type Planned = Readonly<{
  plan: QueryPlan;
  /** The operation as the planner read it, literals coerced: what the plan's fetches are compared with. */
  text: string;
}>;

/** One version of the graph: what clients see, what plans are made on, and who serves it. */
export type Supergraph = Readonly<{
  apiSchema: GraphQLSchema;
  schema: GraphQLSchema;
  scopes: Scopes;
  /** Fields whose arguments a plan may mix up. */
  requiredWithArguments: ReadonlySet<string>;
  subgraphs: ReadonlyMap<string, string>;
  plan: (document: DocumentNode, operationName: string | undefined) => Planned;
}>;

/** ApolloGateway loads and plans; everything after planning is ours. Nothing is fetched from anywhere. */
export async function loadSupergraph(supergraphSdl: string): Promise<Supergraph> {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: silent,
    queryPlannerConfig: { debug: { maxEvaluatedPlans: MAX_EVALUATED_PLANS } },
  });
  const { schema: apiSchema } = await gateway.load({ apollo: {} });
  giveScalarsTheirRules(apiSchema);
  const inside = gateway as unknown as Inside;
  const { queryPlanner } = gateway.__testing();
  if (!queryPlanner) throw new Error('The supergraph has no query planner.');
  const subgraphs = new Map(Object.entries(inside.serviceMap).map(([name, { url }]) => [name, url ?? '']));
  await gateway.stop();
  return {
    apiSchema,
    schema: inside.supergraphSchema,
    scopes: readScopes(inside.supergraphSchema),
    requiredWithArguments: requiredWithArguments(inside.supergraphSchema),
    subgraphs,
    plan: (document, operationName) => planOperation(inside.apiSchema, queryPlanner, document, operationName),
  };
}

/** What ApolloGateway holds but does not type as public. */
type Inside = Readonly<{ apiSchema: Schema; supergraphSchema: GraphQLSchema; serviceMap: Record<string, { url?: string }> }>;

/** Bounds the time that a hostile operation can take from the planner. */
const MAX_EVALUATED_PLANS = 1_000;

function planOperation(apiSchema: Schema, planner: QueryPlanner, document: DocumentNode, operationName: string | undefined): Planned {
  const operation = operationFromDocument(apiSchema, document, operationName === undefined ? {} : { operationName });
  return { plan: planner.buildQueryPlan(operation), text: operation.toString(false, false) };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };
