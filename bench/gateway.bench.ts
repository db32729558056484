// Requests per second, and per second of the gateway's own CPU, against other gateways and against proxies that only send the same fetches.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LIMITS } from '@stromgraph/gateway/limits/limits';
import { SUBGRAPH_LIMITS } from '@stromgraph/gateway/subgraph-fetch';
import { type Child, startChild } from './child.ts';
import { compareGateways, type Measured, type Parts } from './gateway/compare.ts';
import { SHAPES } from './gateway/graph.ts';
import { GOALS, KINDS } from './gateway/kinds.ts';
import { installPeers } from './gateway/peers.ts';
import { ONE_CLIENT, type Target } from './gateway/target.ts';
import { type Start, withParts } from './parts.ts';

const PLAN = { runs: Number(process.env.BENCH_RUNS ?? 5), seconds: Number(process.env.BENCH_SECONDS ?? 3), warmSeconds: Number(process.env.BENCH_WARM_SECONDS ?? 3), connections: 16 };
/** Names of the gateways to run; all of them without it. */
const ONLY = process.env.BENCH_GATEWAYS?.split(',');

await withParts(async (start) => {
  const parts = await startParts(start);
  printSetting();
  const results = new Map<string, Map<string, Measured>>();
  for (const [shape, query] of Object.entries(SHAPES)) {
    const measured = await compareGateways(parts, JSON.stringify({ query }), PLAN);
    results.set(shape, measured);
    for (const [name, row] of measured) printRow(shape, name, row);
  }
  printGoals(results);
});

async function startParts(start: Start): Promise<Parts> {
  const missing = installPeers();
  if (missing !== null) console.log(`Mercurius and Hive are left out: ${missing}.`);
  const subgraphs = await start(startChild<{ urls: Record<string, string> }>(childOf('subgraphs')));
  const client = await start(startChild(childOf('load')));
  const targets = new Map<string, Child<Target>>();
  for (const { name, file, parameters = [], peer = false } of KINDS) {
    if ((peer && missing !== null) || (ONLY && !ONLY.includes(name))) continue;
    targets.set(name, await start(startChild<Target>(file, { parameters: [JSON.stringify(subgraphs.ready.urls), ...parameters], env: { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true' } })));
  }
  return { targets, client, subgraphs };
}

function childOf(name: string): string {
  return join(import.meta.dirname, 'gateway', `${name}.child.ts`);
}

function printSetting(): void {
  const own = (name: string) => versionOf(join(import.meta.dirname, '..', 'gateway', 'package.json'), name);
  const root = (name: string) => versionOf(join(import.meta.dirname, '..', 'package.json'), name);
  const peer = (name: string) => versionOf(join(import.meta.dirname, 'peers', 'package.json'), name);
  console.log(`@apollo/gateway ${own('@apollo/gateway')}, @apollo/server ${root('@apollo/server')}, undici ${own('undici')}; mercurius ${peer('mercurius')}, @mercuriusjs/gateway ${peer('@mercuriusjs/gateway')} (jit); @graphql-hive/gateway ${peer('@graphql-hive/gateway')}, @graphql-hive/router-runtime ${peer('@graphql-hive/router-runtime')}`);
  console.log(`${PLAN.connections} connections, ${PLAN.runs} interleaved runs of ${PLAN.seconds} s, medians; client: own, on bare sockets, one process; subgraphs: one process that answers with kept bytes`);
  console.log(`ours with sign-in, signatures, masking, metrics and limits: ${JSON.stringify({ ...LIMITS, ...ONE_CLIENT, ...SUBGRAPH_LIMITS })}`);
  console.log('| shape | gateway | requests/s | p50 / p99 ms | requests per CPU second of the gateway | CPU µs per request: gateway + subgraphs + client |\n|---|---|---|---|---|---|');
}

function printRow(shape: string, name: string, { perSecond, p50, p99, perCpuSecond, gatewayCpu, subgraphsCpu, clientCpu }: Measured): void {
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  console.log(`| ${shape} | ${name} | ${whole(perSecond)} | ${p50.toFixed(1)} / ${p99.toFixed(1)} | ${whole(perCpuSecond)} | ${whole(gatewayCpu)} + ${whole(subgraphsCpu)} + ${whole(clientCpu)} |`);
}

function printGoals(results: ReadonlyMap<string, ReadonlyMap<string, Measured>>): void {
  console.log('\n| shape | ours ÷ | by requests/s | by requests per CPU second | goal |\n|---|---|---|---|---|');
  for (const { shape, over, atLeast } of GOALS) {
    const ours = results.get(shape)?.get('ours');
    const other = results.get(shape)?.get(over);
    if (!ours || !other) continue;
    const ratio = ours.perSecond / other.perSecond;
    console.log(`| ${shape} | ${over} | ${ratio.toFixed(2)} | ${(ours.perCpuSecond / other.perCpuSecond).toFixed(2)} | ≥ ${atLeast} ${ratio >= atLeast ? 'met' : 'MISSED'} |`);
  }
}

function versionOf(manifest: string, name: string): string {
  try {
    let folder = dirname(createRequire(manifest).resolve(name));
    for (; folder !== dirname(folder); folder = dirname(folder)) {
      const found = versionIn(folder, name);
      if (found) return found;
    }
  } catch {
    // not installed
  }
  return '–';
}

function versionIn(folder: string, name: string): string | undefined {
  try {
    const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string };
    return found.name === name ? found.version : undefined;
  } catch {
    return undefined;
  }
}
