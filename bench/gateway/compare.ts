import { isDeepStrictEqual } from 'node:util';
import type { Child } from '../child.ts';
import { median } from '../statistics.ts';
import type { Load, LoadOrder } from './http-load.ts';
import type { Target } from './target.ts';

export type Parts = Readonly<{ targets: ReadonlyMap<string, Child<Target>>; client: Child<unknown>; subgraphs: Child<unknown> }>;

/** Medians of the runs of one gateway with one shape; CPU in microseconds per request, of the gateway and of what is around it. */
export type Measured = Readonly<{ perSecond: number; p50: number; p99: number; perCpuSecond: number; gatewayCpu: number; clientCpu: number; subgraphsCpu: number }>;

type Plan = Readonly<{ runs: number; seconds: number; warmSeconds: number; connections: number }>;

/** Before anything counts: enough for the compiler, however little of the machine is free. */
const WARM = { atLeast: 5_000, mostSeconds: 20 };

/** One run of each, then the next of each, so that what else the machine does hits all of them. */
export async function compareGateways(parts: Parts, body: string, plan: Plan): Promise<Map<string, Measured>> {
  await expectSameAnswers(parts, body);
  const names = [...parts.targets.keys()];
  for (const name of names) await warm(parts, name, body, plan);
  const runs = new Map(names.map((name) => [name, [] as Measured[]]));
  for (let run = 0; run < plan.runs; run++) for (const name of names) runs.get(name)!.push(await measure(parts, name, body, plan));
  return new Map([...runs].map(([name, measured]) => [name, medians(measured)]));
}

async function warm({ targets, client }: Parts, name: string, body: string, { connections, warmSeconds }: Plan): Promise<void> {
  const { url, headers } = targets.get(name)!.ready;
  await client.ask({ url, headers, body, connections, seconds: warmSeconds, ...WARM } satisfies LoadOrder);
}

async function measure({ targets, client, subgraphs }: Parts, name: string, body: string, { connections, seconds }: Plan): Promise<Measured> {
  const target = targets.get(name)!;
  const { url, headers } = target.ready;
  const cpu = async () => [await target.ask<number>({}), await subgraphs.ask<number>({})] as const;
  const before = await cpu();
  const load = await client.ask<Load & { cpuSeconds: number }>({ url, headers, body, connections, seconds } satisfies LoadOrder);
  const after = await cpu();
  const each = (cpuSeconds: number) => (cpuSeconds * 1_000_000) / load.requests;
  return {
    perSecond: load.requests / load.seconds,
    p50: load.p50,
    p99: load.p99,
    perCpuSecond: load.requests / (after[0] - before[0]),
    gatewayCpu: each(after[0] - before[0]),
    clientCpu: each(load.cpuSeconds),
    subgraphsCpu: each(after[1] - before[1]),
  };
}

function medians(runs: readonly Measured[]): Measured {
  const of = (name: keyof Measured) => median(runs.map((run) => run[name]));
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), perCpuSecond: of('perCpuSecond'), gatewayCpu: of('gatewayCpu'), clientCpu: of('clientCpu'), subgraphsCpu: of('subgraphsCpu') };
}

async function expectSameAnswers({ targets }: Parts, body: string): Promise<void> {
  const answers = await Promise.all([...targets].map(async ([name, { ready }]) => [name, await answerOf(ready, body)] as const));
  for (const [name, answer] of answers)
    if (!isDeepStrictEqual(answer, answers[0]?.[1])) throw new Error(`${name} answers otherwise: ${JSON.stringify(answer).slice(0, 300)}`);
}

async function answerOf({ url, headers }: Target, body: string): Promise<unknown> {
  return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })).json();
}
