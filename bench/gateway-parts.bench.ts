// Where the gateway's own CPU time goes, by part of a request: a profile of the gateway as it is served, under load.
import { join } from 'node:path';
import { startChild } from './child.ts';
import type { Load, LoadOrder } from './gateway/http-load.ts';
import { SHAPES } from './gateway/graph.ts';
import type { Shares } from './gateway/profile.ts';
import type { Target } from './gateway/target.ts';
import { withParts } from './parts.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const WARM_SECONDS = Number(process.env.BENCH_WARM_SECONDS ?? 10);
const CONNECTIONS = 16;
/** No part but fetch may take more of a request. */
const MOST = 0.3;

type Cost = Readonly<{ microseconds: number; shares: ReadonlyMap<string, number> }>;

await withParts(async (start) => {
  const child = <Ready>(name: string, ...parameters: string[]) => start(startChild<Ready>(join(import.meta.dirname, 'gateway', `${name}.child.ts`), { parameters, env: { NODE_ENV: 'production' } }));
  const subgraphs = await child<{ urls: Record<string, string> }>('subgraphs');
  const client = await child('load');
  const gateway = await child<Target>('ours', JSON.stringify(subgraphs.ready.urls));
  const { url, headers } = gateway.ready;

  async function cost(query: string): Promise<Cost> {
    const load = (seconds: number) => client.ask<Load>({ url, headers, body: JSON.stringify({ query }), connections: CONNECTIONS, seconds } satisfies LoadOrder);
    await load(WARM_SECONDS);
    const before = await gateway.ask<number>({});
    const { requests } = await load(SECONDS);
    const microseconds = ((await gateway.ask<number>({})) - before) * 1_000_000 / requests;
    await gateway.ask({ profile: 'start' });
    await load(SECONDS);
    const shares = await gateway.ask<Shares>({ profile: 'stop' });
    const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
    return { microseconds, shares: new Map(Object.entries(shares).map(([part, share]) => [part, share / total])) };
  }

  const costs = new Map<string, Cost>();
  for (const [shape, query] of Object.entries(SHAPES)) costs.set(shape, await cost(query));
  print(costs);
});

function print(costs: ReadonlyMap<string, Cost>): void {
  const shapes = [...costs.keys()];
  const parts = new Set([...costs.values()].flatMap(({ shares }) => [...shares.keys()]));
  const of = (part: string) => shapes.map((shape) => costs.get(shape)!.shares.get(part) ?? 0);
  console.log(`| CPU of the gateway per request | ${shapes.join(' | ')} |\n|---|${shapes.map(() => '---|').join('')}`);
  console.log(`| all, µs | ${shapes.map((shape) => costs.get(shape)!.microseconds.toFixed(0)).join(' | ')} |`);
  for (const part of [...parts].toSorted((a, b) => of(b)[0]! - of(a)[0]!)) console.log(`| ${part} | ${of(part).map((share) => `${(share * 100).toFixed(1)} %`).join(' | ')} |`);
  const over = [...parts].filter((part) => !part.startsWith('fetch') && of(part).some((share) => share > MOST));
  console.log(`\nNothing but fetch above ${MOST * 100} %: ${over.length === 0 ? 'met' : `MISSED by ${over.join(', ')}`}`);
}
