import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { subgraphSdl } from '@stromgraph/kernel/schema';
import { composeToys } from '../toys/compose.ts';
import { fleet } from '../toys/supergraphs/fleet.ts';
import { forum } from '../toys/supergraphs/forum.ts';
import { kin } from '../toys/supergraphs/kin.ts';
import { library } from '../toys/supergraphs/library.ts';
import { stage } from '../toys/supergraphs/stage.ts';
import { warehouse } from '../toys/supergraphs/warehouse.ts';
import type { Graph } from './subject.ts';

/** The supergraphs written for the test, and our own over its real schema files. */
export function graphsToCompare(): Graph[] {
  const toys = [library, warehouse, forum, fleet, kin, stage].map(({ name, subgraphs }) => ({
    name,
    supergraphSdl: composeToys(subgraphs),
    subgraphs: subgraphs.map((subgraph) => ({ name: subgraph.name, sdl: composeToys.header + subgraph.sdl })),
  }));
  return [...toys, ownGraph()];
}

const ROOT = join(import.meta.dirname, '../..');

function ownGraph(): Graph {
  const fileOf = (name: string) => join(ROOT, 'subgraphs', name, 'schema.graphql');
  const names = readdirSync(join(ROOT, 'subgraphs')).filter((name) => existsSync(fileOf(name)));
  return {
    name: 'stromgraph',
    supergraphSdl: readFileSync(join(ROOT, 'schema/supergraph.graphql'), 'utf8'),
    subgraphs: names.map((name) => ({ name, sdl: subgraphSdl(readFileSync(fileOf(name), 'utf8')) })),
  };
}
