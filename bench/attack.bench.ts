// What hostile operations cost the gateway's event loop, and a normal client beside them; by every transport.
import { join } from 'node:path';
import { ATTACKS, type Attack } from '@stromgraph/gateway/attacks/operations';
import { TOO_LARGE, TRANSPORTS, type Transport } from '@stromgraph/gateway/attacks/transports';
import { LIMITS } from '@stromgraph/gateway/limits/limits';
import type { Loop } from './attack/gateway.child.ts';
import { SOCKET_FLOODS } from './attack/socket-floods.ts';
import { type Child, startChild } from './child.ts';
import type { Load, LoadOrder } from './gateway/http-load.ts';
import { withParts } from './parts.ts';
import { median } from './statistics.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
/** The flood: so many attacks a second, one after the other through the table. */
const ATTACKS_PER_SECOND = 100;
const NORMAL = '{"query":"query Normal { product(id: \\"p1\\") { name } }"}';
const GOAL = { refusalMs: 20, p99: 3 };

type Target = Readonly<{ url: string; attacker: string; normal: string }>;
type Parts = Readonly<{ gateway: Child<Target>; client: Child<unknown> }>;

await withParts(async (start) => {
  const subgraphs = await start(startChild<{ urls: object }>(childOf('attack/subgraphs')));
  const gateway = await start(startChild<Target>(childOf('attack/gateway'), { parameters: [JSON.stringify(subgraphs.ready.urls)], env: { NODE_ENV: 'production' } }));
  const client = await start(startChild(childOf('gateway/load')));
  console.log(`${ATTACKS.length} attacks by ${TRANSPORTS.map(({ name }) => name).join(', ')}; limits: ${JSON.stringify(LIMITS)}`);
  await printRefusals(gateway);
  await printService({ gateway, client });
  await printSocketFloods(gateway);
});

function childOf(name: string): string {
  return join(import.meta.dirname, `${name}.child.ts`);
}

/** Each attack alone: CPU of the thread that serves, connection and refusal included; median of the runs. */
async function printRefusals(gateway: Child<Target>): Promise<void> {
  console.log('| transport | event-loop time of a refusal: median of the table | slowest (medians) | of which | slowest run of all | goal |\n|---|---|---|---|---|---|');
  for (const transport of TRANSPORTS) {
    const costs: { name: string; ms: number; worst: number }[] = [];
    for (const attack of ATTACKS) {
      await refusedMs(gateway, transport, attack); // code that is not compiled yet says nothing of the work
      const runs: number[] = [];
      for (let run = 0; run < RUNS; run++) runs.push(await refusedMs(gateway, transport, attack));
      costs.push({ name: attack.name, ms: median(runs), worst: Math.max(...runs) });
    }
    const slowest = costs.toSorted((a, b) => b.ms - a.ms)[0]!;
    const worst = Math.max(...costs.map((cost) => cost.worst));
    console.log(`| ${transport.name} | ${median(costs.map(({ ms }) => ms)).toFixed(1)} ms | ${slowest.ms.toFixed(1)} ms | ${slowest.name} | ${worst.toFixed(1)} ms | ≤ ${GOAL.refusalMs} ms ${slowest.ms <= GOAL.refusalMs ? 'met' : 'MISSED'} |`);
  }
}

async function refusedMs(gateway: Child<Target>, transport: Transport, attack: Attack): Promise<number> {
  await gateway.ask<Loop>({});
  await send(gateway.ready, transport, attack);
  return (await gateway.ask<Loop>({})).cpuMs;
}

async function send({ url, attacker }: Target, transport: Transport, attack: Attack): Promise<void> {
  const { hasData, reasons } = await transport.ask(url, attacker, attack.document(transport.entry), attack.variables);
  if (hasData || !(reasons.includes(attack.refusedBy) || reasons.includes(TOO_LARGE))) throw new Error(`${attack.name} by ${transport.name} is not refused: ${reasons.join(', ')}`);
}

/** A normal client alone and beside a flood of the table, in turns. */
async function printService(parts: Parts): Promise<void> {
  console.log(`\n${ATTACKS_PER_SECOND} attacks a second beside a client with four connections; ${RUNS} interleaved runs of ${SECONDS} s, medians`);
  console.log('| transport of the attacks | p99 alone | p99 beside | ÷ | requests/s alone | beside | event-loop delay p99 / most, alone | beside | goal |\n|---|---|---|---|---|---|---|---|---|');
  await serviceBeside(parts, null);
  for (const transport of TRANSPORTS) {
    const alone: Service[] = [];
    const beside: Service[] = [];
    for (let run = 0; run < RUNS; run++) {
      alone.push(await serviceBeside(parts, null));
      beside.push(await serviceBeside(parts, transport));
    }
    const of = (runs: readonly Service[], name: keyof Service) => median(runs.map((run) => run[name]));
    const ratio = of(beside, 'p99') / of(alone, 'p99');
    const delays = (runs: readonly Service[]) => `${of(runs, 'delayP99Ms').toFixed(1)} / ${of(runs, 'delayMaxMs').toFixed(1)} ms`;
    console.log(
      `| ${transport.name} | ${of(alone, 'p99').toFixed(1)} ms | ${of(beside, 'p99').toFixed(1)} ms | ${ratio.toFixed(2)} | ${of(alone, 'perSecond').toFixed(0)} | ${of(beside, 'perSecond').toFixed(0)} | ${delays(alone)} | ${delays(beside)} | ≤ ${GOAL.p99} ${ratio <= GOAL.p99 ? 'met' : 'MISSED'} |`,
    );
  }
}

async function printSocketFloods(gateway: Child<Target>): Promise<void> {
  const { url, attacker } = gateway.ready;
  console.log('\n| a flood on the WebSocket | memory grows by at most | event-loop delay p99 / most | goal |\n|---|---|---|---|');
  for (const { name, mostMegabytes, run } of SOCKET_FLOODS) {
    const before = await gateway.ask<Loop>({});
    await run(url, attacker);
    const after = await gateway.ask<Loop>({});
    const grown = after.mostMegabytes - before.megabytes;
    console.log(`| ${name} | ${grown.toFixed(0)} MB | ${after.delayP99Ms.toFixed(1)} / ${after.delayMaxMs.toFixed(1)} ms | ≤ ${mostMegabytes} MB ${grown <= mostMegabytes ? 'met' : 'MISSED'} |`);
  }
}

type Service = Readonly<{ p99: number; perSecond: number; delayMaxMs: number; delayP99Ms: number }>;

async function serviceBeside({ gateway, client }: Parts, transport: Transport | null): Promise<Service> {
  const { url, normal } = gateway.ready;
  const flood = transport === null ? null : startFlood(gateway.ready, transport);
  await gateway.ask<Loop>({});
  const { p99, requests, seconds } = await client.ask<Load>({ url, headers: { authorization: normal }, body: NORMAL, connections: 4, seconds: SECONDS } satisfies LoadOrder);
  const { delayMaxMs, delayP99Ms } = await gateway.ask<Loop>({});
  await flood?.();
  return { p99, perSecond: requests / seconds, delayMaxMs, delayP99Ms };
}

/** By the clock, whether the last one is answered or not, as an attacker does. Returns what ends it and waits for the last answers. */
function startFlood(target: Target, transport: Transport): () => Promise<void> {
  const sent = new Set<Promise<void>>();
  let faults = 0;
  let next = 0;
  const timer = setInterval(() => {
    const attack = ATTACKS[next++ % ATTACKS.length]!;
    const one = send(target, transport, attack).catch(() => void faults++).finally(() => sent.delete(one));
    sent.add(one);
  }, 1_000 / ATTACKS_PER_SECOND);
  return async () => {
    clearInterval(timer);
    await Promise.all(sent);
    if (faults > next / 100) throw new Error(`${faults} of ${next} attacks by ${transport.name} were not refused by name.`);
  };
}
