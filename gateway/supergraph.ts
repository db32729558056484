import { setImmediate as turn } from 'node:timers/promises';
import { buildASTSchema, parse, type GraphQLSchema } from 'graphql';
import { giveScalarsTheirRules } from './known-scalars.ts';
import { keepIntrospection, type Introspect } from './planning/introspection.ts';
import type { Planner, StartPlanner } from './planning/planner.ts';
import { readScopes, type Scopes } from './scopes.ts';

/** One version of the graph: what clients see, what plans are made on, and who serves it. */
export type Supergraph = Readonly<{
  apiSchema: GraphQLSchema;
  schema: GraphQLSchema;
  scopes: Scopes;
  subgraphs: ReadonlyMap<string, string>;
  planner: Planner;
  introspect: Introspect;
}>;

/**
 * Loads a composed supergraph; rejects with the reason where the text is none. What takes long is the planner's; the
 * schemas are made here in steps, since requests may be served beside it.
 */
export async function loadSupergraph(supergraphSdl: string, startPlanner: StartPlanner): Promise<Supergraph> {
  const { facts, planner } = await startPlanner(supergraphSdl);
  const [apiSchema, schema] = await schemasOf(facts.apiSdl, supergraphSdl).catch(async (error: unknown) => {
    await planner.stop();
    throw error;
  });
  return {
    apiSchema,
    schema,
    scopes: readScopes(schema),
    subgraphs: new Map(facts.subgraphs),
    planner,
    introspect: keepIntrospection(planner),
  };
}

async function schemasOf(apiSdl: string, supergraphSdl: string): Promise<[api: GraphQLSchema, supergraph: GraphQLSchema]> {
  const apiSchema = await schemaOf(apiSdl);
  giveScalarsTheirRules(apiSchema);
  return [apiSchema, await schemaOf(supergraphSdl)];
}

/** The planner has found the text valid already. */
async function schemaOf(sdl: string): Promise<GraphQLSchema> {
  const document = parse(sdl, { noLocation: true });
  await turn();
  const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  await turn();
  return schema;
}
