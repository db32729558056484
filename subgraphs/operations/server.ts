import { readFileSync } from 'node:fs';
import { startSubgraph, type Subgraph } from '@stromgraph/kernel/subgraph';
import { readConfig } from './config.ts';
import { makeLoaders } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';
import { queueRoutes } from './routes.ts';
import type { OperationsRuntime } from './runtime.ts';

const sdl = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8');

export const startServer = (runtime: OperationsRuntime, options: { port?: number; host?: string } = {}): Promise<Subgraph> =>
  startSubgraph(runtime, { sdl, resolvers, loaders: makeLoaders, routes: queueRoutes(runtime, readConfig(runtime.env)), ...options });
