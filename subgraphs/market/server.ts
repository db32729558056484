import { readFileSync } from 'node:fs';
import { startSubgraph, type Subgraph } from '@stromgraph/kernel/subgraph';
import { readSecrets } from './config.ts';
import { makeLoaders } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';
import { registerRoutes } from './routes.ts';
import type { MarketRuntime } from './runtime.ts';

const sdl = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8');

export const startServer = (runtime: MarketRuntime, options: { port?: number; host?: string } = {}): Promise<Subgraph> =>
  startSubgraph(runtime, { sdl, resolvers, loaders: makeLoaders, routes: (app) => registerRoutes(app, runtime, readSecrets(runtime.env)), ...options });
