import { startSubgraph } from '@stromgraph/kernel/subgraph';
import { toyRuntime } from '../events/toy-domains.ts';
import { resolvers, sdl } from './graph.ts';

process.on('disconnect', () => process.exit(0));
const { url, port } = JSON.parse(process.argv[2]!) as { url: string; port: number };
const subgraph = await startSubgraph(toyRuntime('shop', url), { sdl, resolvers, loaders: () => ({}), port });
process.send!({ port: subgraph.port });
