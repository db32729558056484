// Composes the subgraphs' schema files into schema/supergraph.graphql. Every hint is an error unless listed below.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import { subgraphSdl } from '@stromgraph/kernel/schema';
import { describePlumbing } from './describe-plumbing.ts';
import { plannerFaults } from './planner-rules.ts';
import { scopeFaults } from './scope-rules.ts';

const ROOT = join(import.meta.dirname, '..');
const SUBGRAPHS = join(ROOT, 'subgraphs');

/** Hints that composition may give, each with the reason why it is none of our faults. */
const ACCEPTED_HINTS: Readonly<Record<string, string>> = {
  UNUSED_ENUM_TYPE: 'an enum of the common schema that one subgraph does not use',
  INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE: 'a reference to another domain is nullable where the owner may promise more',
};

export type Composed = Readonly<{ supergraph: string; api: string; routes: string }>;

export const domainsWithSchemaFile = (): string[] => readdirSync(SUBGRAPHS).filter((name) => existsSync(join(SUBGRAPHS, name, 'schema.graphql'))).sort();

export function compose(sdlOf: Record<string, string> = readSchemas()): Composed {
  const services = Object.entries(sdlOf).map(([name, sdl]) => ({ name, url: `http://${name}.invalid/graphql`, typeDefs: describePlumbing(parse(subgraphSdl(sdl))) }));
  const faults = services.flatMap(({ name, typeDefs }) => [...scopeFaults(name, typeDefs, services), ...plannerFaults(name, typeDefs)]);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const result = composeServices(services);
  if (result.errors) throw new Error(result.errors.map((error) => error.message).join('\n'));
  const hints = result.hints.filter((hint) => !(hint.definition.code in ACCEPTED_HINTS));
  if (hints.length > 0) throw new Error(hints.map((hint) => `${hint.definition.code}: ${hint.message}`).join('\n'));
  const api = Supergraph.build(result.supergraphSdl).apiSchema().toGraphQLJSSchema();
  return { supergraph: `${result.supergraphSdl}\n`, api: `${printSchema(lexicographicSortSchema(api))}\n`, routes: `${JSON.stringify(collectRoutes(), null, 2)}\n` };
}

export const readSchemas = (): Record<string, string> => Object.fromEntries(domainsWithSchemaFile().map((name) => [name, readFileSync(join(SUBGRAPHS, name, 'schema.graphql'), 'utf8')]));

export const OUTPUTS = { supergraph: 'schema/supergraph.graphql', api: 'schema/supergraph.api.graphql', routes: 'schema/routes.json' } as const;

/** All REST routes, each with the domain that answers it. */
function collectRoutes(): object[] {
  return domainsWithSchemaFile().flatMap((domain) => {
    const file = join(SUBGRAPHS, domain, 'routes.json');
    if (!existsSync(file)) return [];
    return (JSON.parse(readFileSync(file, 'utf8')) as object[]).map((route) => ({ domain, ...route }));
  });
}

if (import.meta.main) {
  try {
    const composed = compose();
    for (const [part, path] of Object.entries(OUTPUTS)) writeFileSync(join(ROOT, path), composed[part as keyof Composed]);
  } catch (error) {
    console.error(`the schemas do not compose:\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
