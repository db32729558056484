// One subgraph hangs: what operations get that do not need it, beside others that wait for it.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { SHAPES } from './gateway/graph.ts';
import type { Load, LoadOrder } from './gateway/http-load.ts';
import type { Target } from './gateway/target.ts';
import { type Part, withParts } from './parts.ts';
import { median } from './statistics.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const HANGING = 'shipping';
/** Of others, whose operations need it: by the clock, whether they are answered or not. */
const OTHERS_PER_SECOND = 50;
const WITHOUT = JSON.stringify({ query: 'query Without { me { name reviews(first: 3) { body stars product { name priceCents inStock shelf } } } }' });
const WITH = JSON.stringify({ query: SHAPES.M });

await withParts(async (start) => {
  const subgraphs = await start(startChild<{ urls: Record<string, string> }>(childOf('subgraphs')));
  const hole = await start(startHole());
  const gateways = {
    healthy: await start(startGateway(subgraphs.ready.urls)),
    hanging: await start(startGateway({ ...subgraphs.ready.urls, [HANGING]: hole.url })),
  };
  const client = await start(startChild(childOf('load')));
  const runs = { healthy: [] as Load[], hanging: [] as Load[] };
  for (const gateway of Object.values(gateways)) await loadBeside(client, gateway);
  for (let run = 0; run < RUNS; run++) for (const name of ['healthy', 'hanging'] as const) runs[name].push(await loadBeside(client, gateways[name]));
  print(runs);
});

function childOf(name: string): string {
  return join(import.meta.dirname, 'gateway', `${name}.child.ts`);
}

function startGateway(urls: Record<string, string>): Promise<Child<Target>> {
  return startChild<Target>(childOf('ours'), { parameters: [JSON.stringify(urls)], env: { NODE_ENV: 'production' } });
}

/** Takes connections and requests, and says nothing. */
async function startHole(): Promise<Part & Readonly<{ url: string }>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function loadBeside(client: Child<unknown>, { ready: { url, headers } }: Child<Target>): Promise<Load> {
  const asked: Promise<void>[] = [];
  const others = setInterval(() => void asked.push(ask(url, headers)), 1_000 / OTHERS_PER_SECOND);
  const load = await client.ask<Load>({ url, headers, body: WITHOUT, connections: 16, seconds: SECONDS } satisfies LoadOrder);
  clearInterval(others);
  await Promise.all(asked);
  return load;
}

async function ask(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: WITH });
  await response.arrayBuffer(); // an answer or, once its time is over, SUBGRAPH_TIMEOUT
}

function print(runs: Readonly<Record<'healthy' | 'hanging', readonly Load[]>>): void {
  const of = (name: 'healthy' | 'hanging') => ({
    perSecond: median(runs[name].map(({ requests, seconds }) => requests / seconds)),
    p99: median(runs[name].map(({ p99 }) => p99)),
  });
  const [healthy, hanging] = [of('healthy'), of('hanging')];
  const throughput = hanging.perSecond / healthy.perSecond;
  const slowness = hanging.p99 / healthy.p99;
  console.log(`16 connections with operations that do not need ${HANGING}, ${OTHERS_PER_SECOND} a second beside them that do; ${RUNS} interleaved runs of ${SECONDS} s, medians`);
  console.log('| | requests/s | p99 |\n|---|---|---|');
  console.log(`| all healthy | ${healthy.perSecond.toFixed(0)} | ${healthy.p99.toFixed(1)} ms |`);
  console.log(`| ${HANGING} hangs | ${hanging.perSecond.toFixed(0)} | ${hanging.p99.toFixed(1)} ms |`);
  console.log(`| ratio | ${throughput.toFixed(2)} (≥ 0.9 ${throughput >= 0.9 ? 'met' : 'MISSED'}) | ${slowness.toFixed(2)} (≤ 1.5 ${slowness <= 1.5 ? 'met' : 'MISSED'}) |`);
}
