import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import { ApolloServer } from '@apollo/server';
import { MAX_EVALUATED_PLANS } from '../planning/apollo-planner.ts';
import type { GeneratedOperation } from './generate/operation.ts';
import type { ErrorPath, Outcome } from './outcome.ts';
import { spoil } from './world/faults.ts';
import type { Subgraph, SubgraphRequest } from './world/subgraph.ts';
import type { World } from './world/world.ts';

/** What a data source may do to an answer before the gateway reads it. */
export type Mend = (service: string, body: Readonly<{ data?: Readonly<Record<string, unknown>> | null }>) => void;

export type Stock = Readonly<{
  run: (operation: GeneratedOperation, world: World) => Promise<Outcome & Readonly<{ plan: QueryPlan | null }>>;
  stop: () => Promise<void>;
}>;

/** ApolloGateway as it is, with its own data sources and ApolloServer in front; only the wire is a function call. */
export async function startStock(supergraphSdl: string, subgraphs: ReadonlyMap<string, Subgraph>, mend: Mend = () => {}): Promise<Stock> {
  let world: World | null = null;
  let asked: string[] = [];
  let plan: QueryPlan | null = null;
  const fetcherOf = (name: string) => async (_url: string, init?: { body?: unknown }) => {
    const body = String(init?.body);
    asked.push(`${name} ${body}`);
    const subgraph = subgraphs.get(name);
    if (!subgraph || !world) throw new Error(`Nobody answers for ${name}.`);
    const answer = spoil(world, name, await subgraph(JSON.parse(body) as SubgraphRequest, world));
    if (!answer) throw new Error('The connection was lost.');
    return new Response(answer.text, { status: answer.status, headers: { 'content-type': answer.contentType } });
  };
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: SILENT,
    queryPlannerConfig: { debug: { maxEvaluatedPlans: MAX_EVALUATED_PLANS } },
    buildService: ({ name }) => new RemoteGraphQLDataSource({
        url: `http://${name}.invalid/`,
        fetcher: fetcherOf(name) as never,
        didReceiveResponse: ({ response }) => {
          mend(name, response);
          return response;
        },
      }),
    experimental_didResolveQueryPlan: ({ queryPlan }) => void (plan = queryPlan),
  });
  const server = new ApolloServer({ gateway, logger: SILENT, introspection: true, includeStacktraceInErrorResponses: false, stopOnTerminationSignals: false });
  await server.start();
  return {
    async run({ query, variables, operationName }, entered) {
      world = entered;
      asked = [];
      plan = null;
      const { body } = await server.executeOperation({ query, variables, ...(operationName && { operationName }) });
      if (body.kind !== 'single') throw new Error('Stock answered in parts.');
      const { data, errors = [], extensions } = body.singleResult;
      const completion = (extensions?.valueCompletion ?? []) as readonly Readonly<{ path?: ErrorPath }>[];
      return {
        data: data ?? null,
        errors: errors.map(({ path, message, extensions: { code } = {} }) => ({ path: path ?? null, message, code: String(code) })),
        completion: completion.map(({ path }) => path ?? []),
        asked,
        plan,
      };
    },
    stop: () => server.stop(),
  };
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
