// The reference: @apollo/gateway and Apollo Server as their own documentation starts them.
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { composeToys } from '@stromgraph/gateway/toys/compose';
import { SUBGRAPHS } from './graph.ts';

process.env.APOLLO_TELEMETRY_DISABLED = 'true';
process.env.NODE_ENV = 'production';
const subgraphs = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const supergraphSdl = Object.entries(subgraphs).reduce(
  (sdl, [name, url]) => sdl.replace(`http://${name}.invalid/graphql`, url),
  composeToys(SUBGRAPHS),
);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl, logger }), logger });
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
process.send?.({ url, headers: {} });
