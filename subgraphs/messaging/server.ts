import { readFileSync } from 'node:fs';
import { startSubgraph, type Subgraph } from '@stromgraph/kernel/subgraph';
import { makeLoaders } from './loaders.ts';
import { makeResolvers } from './resolvers/index.ts';
import { readSender } from './config.ts';
import type { MessagingRuntime } from './runtime.ts';

const sdl = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8');

export const startServer = (runtime: MessagingRuntime, options: { port?: number; host?: string } = {}): Promise<Subgraph> =>
  startSubgraph(runtime, { sdl, resolvers: makeResolvers(readSender(runtime.env['STROMGRAPH_MAIL_FROM'])), loaders: makeLoaders, ...options });
