// Requests per second of the gateway against stock @apollo/gateway and against a proxy that only sends the same fetches.
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LIMITS } from '@stromgraph/gateway/limits/limits';
import { SUBGRAPH_LIMITS } from '@stromgraph/gateway/subgraph-fetch';
import { SHAPES } from './gateway/graph.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const CONNECTIONS = 16;
const KINDS = ['raw', 'ours', 'stock'] as const;
type Kind = (typeof KINDS)[number];
const GOALS: Readonly<Record<string, number>> = { S: 2, M: 3 };

type Target = { url: string; headers: Record<string, string>; fetches?: number[][] };
type Load = { requests: { average: number }; latency: { p50: number; p99: number }; non2xx: number; errors: number };
const autocannon = ((await import('autocannon' as string)) as { default: (options: object) => Promise<Load> }).default;

const children: ChildProcess[] = [];
function start<Message>(file: string, ...parameters: string[]): Promise<Message> {
  const child = fork(join(import.meta.dirname, 'gateway', file), parameters, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Message));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

const { urls } = await start<{ urls: Record<string, string> }>('subgraphs.ts');
const targets = {} as Record<Kind, Target>;
for (const kind of KINDS) targets[kind] = await start<Target>(`${kind}.ts`, JSON.stringify(urls));

try {
  printSetting();
  for (const [shape, query] of Object.entries(SHAPES)) await compare(shape, query);
} finally {
  for (const child of children) child.kill();
}

async function compare(shape: string, query: string): Promise<void> {
  const body = JSON.stringify({ query });
  await expectSameAnswers(body);
  for (const kind of KINDS) await load(kind, body, 2); // compiled and warm before anything counts
  const results = Object.fromEntries(KINDS.map((kind) => [kind, [] as Load[]])) as Record<Kind, Load[]>;
  for (let run = 0; run < RUNS; run++) for (const kind of KINDS) results[kind].push(await load(kind, body, SECONDS));
  const rps = (kind: Kind) => median(results[kind].map(({ requests }) => requests.average));
  const p99 = (kind: Kind) => median(results[kind].map(({ latency }) => latency.p99));
  const ratio = rps('ours') / rps('stock');
  const goal = GOALS[shape];
  console.log(
    `| ${shape} | ${KINDS.map((kind) => `${Math.round(rps(kind)).toLocaleString('en')} (p99 ${p99(kind)} ms)`).join(' | ')} | ${ratio.toFixed(1)} × | ${(rps('ours') / rps('raw')).toFixed(2)} | ${goal ? `≥ ${goal} × ${ratio >= goal ? 'met' : 'MISSED'}` : 'recorded'} |`,
  );
}

async function load(kind: Kind, body: string, duration: number): Promise<Load> {
  const { url, headers } = targets[kind];
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    connections: CONNECTIONS,
    duration,
  });
  if (result.non2xx || result.errors) throw new Error(`${kind}: ${result.non2xx} answers were not 2xx, ${result.errors} failed`);
  return result;
}

async function expectSameAnswers(body: string): Promise<void> {
  const answers = await Promise.all(
    KINDS.map(async (kind) =>
      (
        await fetch(targets[kind].url, { method: 'POST', headers: { 'content-type': 'application/json', ...targets[kind].headers }, body })
      ).json(),
    ),
  );
  for (const [index, answer] of answers.entries())
    if (!isDeepStrictEqual(answer, answers[0]))
      throw new Error(`${KINDS[index]} answers otherwise: ${JSON.stringify(answer).slice(0, 300)}`);
}

function printSetting(): void {
  const { dependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../gateway/node_modules/@apollo/gateway/package.json'), 'utf8'),
  ) as { dependencies: object };
  const versionOf = (name: string) =>
    (JSON.parse(readFileSync(join(import.meta.dirname, '../node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  console.log(
    `gateway, requests per second: ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`,
  );
  console.log(
    `@apollo/gateway ${versionOf('@apollo/gateway')} (${Object.keys(dependencies).length} dependencies), @apollo/server ${versionOf('@apollo/server')}, undici ${versionOf('undici')}, graphql ${versionOf('graphql')}`,
  );
  console.log(
    `${CONNECTIONS} connections, ${RUNS} interleaved runs of ${SECONDS} s, medians; fetches per level ${JSON.stringify(targets.raw.fetches)}; subgraphs in one process of their own, their answers kept`,
  );
  console.log(`ours with sign-in, signatures, masking, metrics and limits: ${JSON.stringify({ ...LIMITS, ...SUBGRAPH_LIMITS })}`);
  console.log('| shape | raw proxy | ours | stock | ours/stock | ours/raw | goal |\n|---|---|---|---|---|---|---|');
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
