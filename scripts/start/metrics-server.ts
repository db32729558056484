import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, register } from 'prom-client';
import type { ListenOptions, Running } from './domain-modules.ts';

/** What domains count and measure, for a scraper on the inner network; the gateway has its own at `/metrics`. */
export async function serveMetrics({ port = 0, host = '127.0.0.1' }: ListenOptions): Promise<Running & Readonly<{ url: string }>> {
  collectDefaultMetrics();
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end();
    register.metrics().then(
      (text) => response.writeHead(200, { 'content-type': register.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/metrics`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
