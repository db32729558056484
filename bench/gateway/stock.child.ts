// The reference: @apollo/gateway and Apollo Server as their own documentation starts them in production.
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { supergraphWith } from './graph.ts';
import { serveTarget, subgraphUrls } from './target.ts';

const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const gateway = new ApolloGateway({ supergraphSdl: supergraphWith(subgraphUrls()), logger });
const server = new ApolloServer({ gateway, logger });
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
serveTarget({ url, headers: {} }, () => server.stop());
