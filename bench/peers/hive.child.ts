// Hive Gateway with the Rust query planner, started as its documentation does where it is not the command line that starts it.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { supergraphWith } from '../gateway/graph.ts';
import { serveTarget, subgraphUrls } from '../gateway/target.ts';

/** Every client of the bench asks the same: to share one fetch among them is what no two users of a real graph could have. */
const transportEntries = { '*.http': { options: { deduplicateInflightRequests: false } } };
const runtime = createGatewayRuntime({ supergraph: supergraphWith(subgraphUrls()), unifiedGraphHandler, transportEntries, logging: 'error' });
const server = createServer(runtime);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
serveTarget({ url: `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`, headers: {} });
