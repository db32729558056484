import { readFileSync } from 'node:fs';
import { startSubgraph, type Subgraph } from '@stromgraph/kernel/subgraph';
import { makeLoaders } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';
import { addRoutes } from './routes.ts';
import type { ContractsRuntime } from './runtime.ts';

const sdl = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8');

export const startServer = (runtime: ContractsRuntime, options: { port?: number; host?: string } = {}): Promise<Subgraph> =>
  startSubgraph(runtime, { sdl, resolvers, loaders: makeLoaders, routes: addRoutes, ...options });
