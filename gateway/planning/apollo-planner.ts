import { ApolloGateway } from '@apollo/gateway';
import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { executeSync, parse, printSchema, type GraphQLSchema } from 'graphql';
import { findArgumentConflict, requiredWithArguments } from '../execute/argument-conflicts.ts';
import type { Facts, Question, Reply } from './question.ts';

/** Answers in the thread that it runs in, which it holds for 5 to 60 ms per operation. */
export type ApolloPlanner = Readonly<{ facts: Facts; answer: (question: Question) => Reply }>;

/** ApolloGateway loads and plans; everything after planning is ours. Nothing is fetched from anywhere. */
export async function openPlanner(supergraphSdl: string): Promise<ApolloPlanner> {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: silent,
    queryPlannerConfig: { debug: { maxEvaluatedPlans: MAX_EVALUATED_PLANS } },
  });
  const { schema } = await gateway.load({ apollo: {} });
  const inside = gateway as unknown as Inside;
  const planner = gateway.__testing().queryPlanner;
  if (!planner) throw new Error('The supergraph has no query planner.');
  const subgraphs = Object.entries(inside.serviceMap).map(([name, { url }]) => [name, url ?? ''] as const);
  await gateway.stop();
  const required = requiredWithArguments(inside.supergraphSchema);

  const plan = (query: string, operationName: string | undefined): Reply => {
    const operation = operationFromDocument(inside.apiSchema, parse(query), operationName === undefined ? {} : { operationName });
    const made = planner.buildQueryPlan(operation);
    // Literals are coerced in the operation as the planner read it, as they are in the plan's fetches.
    const conflict = required.size === 0 ? null : findArgumentConflict(made, operation.toString(false, false), required);
    if (conflict) return { refused: `The field ${conflict.slice(1)} is needed with other arguments at the same time.` };
    return { text: JSON.stringify(made.node ?? null) };
  };

  function introspect(query: string, variables: Readonly<Record<string, unknown>>): Reply {
    const { data, errors } = executeSync({ schema, document: parse(query), variableValues: variables, rootValue: {} });
    if (errors?.length) return { failed: errors.map(({ message }) => message).join('; ') };
    return { text: JSON.stringify(Object.values(data ?? {})[0] ?? null) };
  }

  return {
    facts: { apiSdl: printSchema(schema), subgraphs },
    answer(question) {
      try {
        return question.kind === 'plan' ? plan(question.query, question.operationName) : introspect(question.query, question.variables);
      } catch (error) {
        return { failed: (error as Error).stack ?? String(error) };
      }
    },
  };
}

/** What ApolloGateway holds but does not type as public. */
type Inside = Readonly<{ apiSchema: Schema; supergraphSchema: GraphQLSchema; serviceMap: Record<string, { url?: string }> }>;

/** Bounds the time that a hostile operation can take from the planner. */
export const MAX_EVALUATED_PLANS = 1_000;

const silent = { debug() {}, info() {}, warn() {}, error() {} };
