import { isInterfaceType, parse, type GraphQLSchema } from 'graphql';
import type { QueryPlan } from '@apollo/query-planner';
import { differencesOf, type Difference } from './compare.ts';
import type { GeneratedOperation } from './generate/operation.ts';
import { KNOWN_DIFFERENCES, type Comparison } from './known-differences.ts';
import { startOurs } from './ours.ts';
import type { Outcome } from './outcome.ts';
import { startStock } from './stock.ts';
import { makeSubgraphs } from './world/subgraph.ts';
import { enterWorld, type World } from './world/world.ts';

/** One graph with its subgraphs' schemas, as their own processes would read them. */
export type Graph = Readonly<{ name: string; supergraphSdl: string; subgraphs: readonly Readonly<{ name: string; sdl: string }>[] }>;

/** One operation in one world, run by both. */
export type Trial = Readonly<{
  graph: string;
  operation: GeneratedOperation;
  plan: QueryPlan | null;
  stock: Outcome;
  ours: Outcome;
  events: ReadonlySet<string>;
  /** By the name of the entry that explains them. */
  known: readonly string[];
  /** Bugs. */
  unexplained: readonly Difference[];
}>;

/** A graph with both engines over it. */
export type Subject = Readonly<{
  name: string;
  apiSchema: GraphQLSchema;
  supergraphSchema: GraphQLSchema;
  try: (operation: GeneratedOperation, world: Omit<World, 'mutations' | 'events'>) => Promise<Trial>;
  stop: () => Promise<void>;
}>;

export async function startSubject(graph: Graph): Promise<Subject> {
  const subgraphs = makeSubgraphs(graph.subgraphs);
  const ours = await startOurs(graph.supergraphSdl, subgraphs);
  const { apiSchema, schema: supergraphSchema } = ours.gate.engine.supergraph;
  const stock = await startStock(graph.supergraphSdl, subgraphs);
  const mended = await startStock(graph.supergraphSdl, subgraphs, dropNamesOfInterfaces(supergraphSchema));
  return {
    name: graph.name,
    apiSchema,
    supergraphSchema,
    async try(operation, world) {
      const byStock = await stock.run(operation, enterWorld(world));
      const entered = enterWorld(world);
      const byOurs = await ours.run(operation, entered);
      const differences = differencesOf(byStock, byOurs);
      const trial = { graph: graph.name, operation, plan: byStock.plan, stock: byStock, ours: byOurs, events: entered.events };
      if (differences.length === 0) return { ...trial, known: [], unexplained: [] };
      const comparison: Comparison = {
        apiSchema,
        supergraphSchema,
        document: parse(operation.query),
        fault: world.fault,
        stock: byStock,
        ours: byOurs,
        mended: await mended.run(operation, enterWorld(world)),
      };
      return { ...trial, ...judge(differences, comparison) };
    },
    stop: async () => {
      await stock.stop();
      await mended.stop();
    },
  };
}

function judge(differences: readonly Difference[], comparison: Comparison): Pick<Trial, 'known' | 'unexplained'> {
  const known = new Set<string>();
  const unexplained = differences.filter((difference) => {
    const entry = KNOWN_DIFFERENCES.find(({ explains }) => explains(difference, comparison));
    if (entry) known.add(entry.name);
    return !entry;
  });
  return { known: [...known], unexplained };
}

/** An entity that is answered under the name of an interface: without that name, stock keeps the one it has. */
function dropNamesOfInterfaces(schema: GraphQLSchema) {
  return (_: string, { data }: Readonly<{ data?: Readonly<Record<string, unknown>> | null }>): void => {
    const entities = data?._entities;
    if (!Array.isArray(entities)) return;
    for (const entity of entities as (Record<string, unknown> | null)[]) {
      if (entity && isInterfaceType(schema.getType(String(entity.__typename)))) delete entity.__typename;
    }
  };
}
