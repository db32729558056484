import { startGateway } from '@stromgraph/gateway/server';
import { makeLog } from '@stromgraph/kernel/log';
import { compose } from '../../scripts/compose.ts';
import { sdl } from './graph.ts';

process.on('disconnect', () => process.exit(0));
const { subgraphPort, port } = JSON.parse(process.argv[2]!) as { subgraphPort: number; port: number };
const gateway = await startGateway({
  supergraphSdl: compose({ shop: sdl }).supergraph,
  subgraphs: { shop: `http://127.0.0.1:${subgraphPort}/graphql` },
  secret: 'a secret that only tests know',
  tokens: null,
  log: makeLog('gateway', 'silent'),
  port,
});
process.send!({ port: gateway.port });
