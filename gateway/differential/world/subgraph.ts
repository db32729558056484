import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  GraphQLError,
  isInterfaceType,
  isObjectType,
  parse,
  validate,
  type DocumentNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { hashOf, isAmong } from '../random.ts';
import { familiesOf, type Families } from './families.ts';
import { compileRequired } from './required.ts';
import { compileValue, type Thing } from './values.ts';
import type { EVENTS, World } from './world.ts';

export type SubgraphRequest = Readonly<{ query: string; variables?: Readonly<Record<string, unknown>> }>;

export type SubgraphResult = { data?: Record<string, unknown> | null; errors?: unknown[] };

/** A subgraph of the real federation library over resolvers that make everything up. */
export type Subgraph = (request: SubgraphRequest, world: World) => Promise<SubgraphResult>;

export function makeSubgraphs(definitions: readonly Readonly<{ name: string; sdl: string }>[]): ReadonlyMap<string, Subgraph> {
  const schemas = definitions.map(({ sdl }) => buildSubgraphSchema({ typeDefs: parse(sdl) }));
  const families = familiesOf(schemas);
  return new Map(definitions.map(({ name }, index) => [name, makeSubgraph(name, schemas[index] as GraphQLSchema, families)]));
}

const MAX_DOCUMENTS = 100;

function makeSubgraph(name: string, schema: GraphQLSchema, families: Families): Subgraph {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_')) continue;
    if (isObjectType(type)) for (const field of Object.values(type.getFields())) giveResolver(schema, families, type, field);
    if ((isObjectType(type) || isInterfaceType(type)) && families.familyOf(type.name)) {
      const apollo = (type.extensions.apollo ?? {}) as { subgraph?: object };
      const subgraph = { ...apollo.subgraph, resolveReference: findEntity(name, families, isInterfaceType(type)) };
      type.extensions = { ...type.extensions, apollo: { ...apollo, subgraph } };
    }
  }
  const documents = new Map<string, DocumentNode>();
  return async ({ query, variables }, world) => {
    const document = documents.get(query) ?? readDocument(schema, query);
    if (documents.size > MAX_DOCUMENTS) documents.clear(); // the other engine asks the same next, then hardly anybody
    documents.set(query, document);
    const result = await execute({ schema, document, variableValues: variables ?? {}, contextValue: world });
    return JSON.parse(JSON.stringify(result)) as SubgraphResult;
  };
}

/** A fetch that its subgraph cannot read is a fault of the test, not of the world. */
function readDocument(schema: GraphQLSchema, query: string): DocumentNode {
  const document = parse(query);
  const [fault] = validate(schema, document);
  if (fault) throw fault;
  return document;
}

function giveResolver(schema: GraphQLSchema, families: Families, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): void {
  if (field.name.startsWith('_')) return;
  const make = compileValue(schema, families, field.type, field.name);
  const required = compileRequired(field.astNode);
  const isMutation = type === schema.getMutationType();
  const canFail = !/^\[?ID/.test(String(field.type));
  field.resolve = (source, args, context) => {
    const world = context as World;
    const thing = (source ?? { identity: type.name }) as Thing;
    const owner = isMutation ? `${type.name}#${String(++world.mutations)}` : thing.identity;
    const given = Object.keys(args).length === 0 ? '' : JSON.stringify(args);
    const hash = hashOf(world.seed, owner, field.name, given, required(thing.given));
    if (canFail && isAmong(world.errors, hashOf(hash, 'error'))) throw made(world, 'a field that throws', `${field.name} failed`);
    return make(world, `${owner}.${field.name}${given && hashOf(given)}`, hash);
  };
}

type Representation = Readonly<Record<string, unknown>> & Readonly<{ __typename: string }>;

/** Entities are found by any of their keys, since every ID of theirs holds their identity. Some are not there. */
function findEntity(service: string, families: Families, isInterface: boolean) {
  return async (representation: Representation, context: unknown): Promise<Thing | null> => {
    const world = context as World;
    const family = families.familyOf(representation.__typename) ?? representation.__typename;
    const [identity, member] = new RegExp(`${family}:(\\d+)`).exec(JSON.stringify(representation)) ?? [];
    if (identity === undefined) return null;
    const hash = hashOf(world.seed, service, identity);
    if (isAmong(world.errors, hashOf(hash, 'error'))) throw made(world, 'an entity that cannot be read', `${identity} cannot be read`);
    if (isAmong(world.nulls / 2, hashOf(hash, 'null'))) {
      world.events.add('an entity that is not there');
      return null;
    }
    const typename = isInterface ? families.typeOf(family, Number(member)) : representation.__typename;
    return { __typename: typename, identity, given: representation };
  };
}

const CODES = ['FORBIDDEN', 'BAD_USER_INPUT', 'SOMETHING_ELSE'];

function made(world: World, event: (typeof EVENTS)[number], message: string): GraphQLError {
  world.events.add(event);
  return new GraphQLError(message, { extensions: { code: CODES[message.length % CODES.length] } });
}
