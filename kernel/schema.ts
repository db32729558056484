// A domain's schema as it is served: the common part, its own SDL, its resolvers, and @scope enforced on all of it.
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { defaultFieldResolver, type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema, isObjectType, isUnionType, parse } from 'graphql';
import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import { requireScopes } from './auth.ts';
import type { Context } from './runtime.ts';
import { isProblem } from './problem.ts';
import { scalars } from './scalars.ts';

const HEADER = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@composeDirective", "@inaccessible", "@interfaceObject", "@override"])
  @link(url: "https://specs.stromgraph.dev/scope/v1.0", import: ["@scope"])
  @composeDirective(name: "@scope")
  @link(url: "https://specs.stromgraph.dev/live/v1.0", import: ["@live"])
  @composeDirective(name: "@live")
`;

/** The full SDL of a subgraph: what compose and codegen read too. */
export const subgraphSdl = (domainSdl: string): string => HEADER + readFileSync(new URL('../schema/common.graphql', import.meta.url), 'utf8') + domainSdl;

type Resolve = (source: any, args: any, context: Context<any, any>, info: GraphQLResolveInfo) => unknown;

export function buildSchema(domainSdl: string, resolvers: object): GraphQLSchema {
  const typeDefs = parse(subgraphSdl(domainSdl));
  const schema = buildSubgraphSchema({ typeDefs, resolvers: { ...scalars, ...resolvers } as never });
  for (const type of Object.values(schema.getTypeMap())) {
    if (isUnionType(type) && type.name.endsWith('Result')) type.resolveType = outcomeType(type.name.replace(/Result$/, 'Success'));
    if (isObjectType(type)) guardReferences(schema, type);
  }
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field, fieldName, typeName) => {
      if (typeName === 'Query' && fieldName === '_service') return null; // the schema is published at build, by nobody else
      const needs = [...scopesOf(schema, schema.getType(typeName)), ...scopesOf(schema, field)];
      if (needs.length === 0) return undefined;
      const resolve: Resolve = field.resolve ?? defaultFieldResolver;
      const guarded: Resolve = (source, args, context, info) => {
        requireScopes(context.actor, needs);
        return resolve(source, args, context, info);
      };
      if (!field.subscribe) return { ...field, resolve: guarded };
      const subscribe: Resolve = field.subscribe;
      return {
        ...field,
        subscribe: (source: unknown, args: unknown, context: Context<any, any>, info: GraphQLResolveInfo) => {
          requireScopes(context.actor, needs);
          return subscribe(source, args, context, info);
        },
      };
    },
  });
}

/** A problem's name is its GraphQL type; anything else is the success type. */
const outcomeType = (success: string) => (outcome: unknown) => (isProblem(outcome) ? String((outcome as { problem: string }).problem) : success);

/** An entity that its owner protects is not given out by reference either. */
function guardReferences(schema: GraphQLSchema, type: GraphQLObjectType): void {
  const needs = scopesOf(schema, type);
  const apollo = type.extensions['apollo'] as { subgraph?: { resolveReference?: Resolve } } | undefined;
  const resolveReference = apollo?.subgraph?.resolveReference;
  if (needs.length === 0 || !resolveReference) return;
  apollo!.subgraph!.resolveReference = (reference, context, info, ...rest: unknown[]) => {
    requireScopes((context as Context<any, any>).actor, needs);
    return (resolveReference as (...args: unknown[]) => unknown)(reference, context, info, ...rest);
  };
}

function scopesOf(schema: GraphQLSchema, of: unknown): string[] {
  const [scope] = of ? (getDirective(schema, of as never, 'scope') ?? []) : [];
  return (scope?.['needs'] as string[] | undefined) ?? [];
}
