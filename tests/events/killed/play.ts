// Plays one run: writers write, relay and hearers deliver, and as the seed has it somebody is killed.
import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ToyCluster } from '../cluster.ts';
import { HEARERS } from '../toy-domains.ts';
import type { Failpoint } from './failpoint.ts';
import { seeded } from './plan.ts';

export type Run = Readonly<{ seed: number; writers: number; processes: number; eventsEach: number; kills: number; redisUrl: string | null }>;
export type Played = Readonly<{ rows: Record<string, string[]>; kills: Record<string, number>; parked: number; crashed: number; tookMs: number }>;
type Target = 'relay' | 'hearer' | 'postgres';

const DELIVERY_MS = 120_000;
/** A failpoint that nobody comes by is replaced by a plain kill. */
const FAILPOINT_MS = 3_000;
/** A child that comes up while PostgreSQL is away is not waited for without end. */
const READY_MS = 10_000;

export async function play(cluster: ToyCluster, run: Run): Promise<Played> {
  const startedAt = Date.now();
  await empty(cluster);
  const random = seeded(run.seed);
  const kills: Record<string, number> = { relay: 0, hearer: 0, postgres: 0, 'at a failpoint': 0 };
  let parked = 0;
  let crashed = 0;
  const onLine = (line: Buffer) => (parked += line.toString().split('its aggregate is parked').length - 1);
  const ready = new Map<ChildProcess, Promise<void>>();
  const spawn = (file: string, argument: object): ChildProcess => {
    const child = fork(join(import.meta.dirname, file), [JSON.stringify(argument)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] });
    child.stdout!.on('data', onLine);
    ready.set(child, new Promise((resolve) => void child.once('message', () => resolve())));
    child.once('exit', (code) => (crashed += code ? 1 : 0));
    return child;
  };
  const relay = { file: 'relay.child.ts', argument: { url: cluster.relay, redisUrl: run.redisUrl } };
  const hearers = HEARERS.map((domain) => ({ file: 'hearer.child.ts', argument: { domain, url: cluster.staff(domain), redisUrl: run.redisUrl } }));
  const alive = new Map([relay, ...hearers].map((part) => [part, spawn(part.file, part.argument)]));
  const perProcess = Math.ceil(run.writers / run.processes);
  const writers = Array.from({ length: run.processes }, (_, index) => {
    const own = Array.from({ length: run.writers }, (_, writer) => writer).slice(index * perProcess, (index + 1) * perProcess);
    return spawn('writer.child.ts', { url: cluster.staff('shop'), seed: run.seed, writers: own, events: run.eventsEach });
  });
  const allWritten = Promise.all(writers.map(over));
  const letWrite = (share: number) => writers.forEach((writer) => writer.connected && writer.send(share));

  await Promise.all(ready.values());
  const total = run.writers * run.eventsEach;
  const segment = 1 / (run.kills + 1);
  for (let nth = 0; nth < run.kills; nth++) {
    const target: Target = (['relay', 'hearer', 'postgres'] as const)[nth % 3]!;
    const part = target === 'relay' ? relay : hearers[Math.floor(random() * hearers.length)]!;
    const child = alive.get(part)!;
    await within(READY_MS, ready.get(child)!);
    const at = (['plain', 'before-commit', 'during-commit', 'after-commit'] as const)[Math.floor(random() * 4)]!;
    const moment = (nth + random() * 0.9) * segment * total;
    const arm = (at: Failpoint['at']) => child.send({ at, nth: 1 + Math.floor(random() * 2) } satisfies Failpoint);
    if (target !== 'postgres' && at !== 'plain') arm(at);
    if (target === 'postgres' && at !== 'plain') arm('postgres-during-commit');
    letWrite((nth + 1) * segment);
    if (at === 'plain') while ((await drawn(cluster)) < moment) await pause(2);
    const hit = at !== 'plain' && (await within(FAILPOINT_MS, target === 'postgres' ? away(cluster) : over(child)));
    if (hit) kills['at a failpoint']! += 1;
    if (target === 'postgres') await (hit ? back(cluster) : killPostgres(cluster));
    else {
      child.kill('SIGKILL');
      await over(child);
      await pause(random() * 200);
      alive.set(part, spawn(part.file, part.argument));
    }
    kills[target]! += 1;
  }
  letWrite(1);
  await allWritten;
  await delivered(cluster, total);
  const rows: Record<string, string[]> = {};
  for (const domain of HEARERS) rows[domain] = await rowsOf(cluster, domain);
  await Promise.all([...alive.values()].map((child) => (child.kill('SIGKILL'), over(child))));
  return { rows, kills, parked, crashed, tookMs: Date.now() - startedAt };
}

const within = (ms: number, fact: Promise<void>): Promise<boolean> => Promise.race([fact.then(() => true), pause(ms, false)]);

/** One killed backend makes PostgreSQL throw all connections out and recover by itself. */
async function away(cluster: ToyCluster): Promise<void> {
  while ((await cluster.ask('SELECT 1')) !== null) await pause(2);
}

async function back(cluster: ToyCluster): Promise<void> {
  while ((await cluster.ask('SELECT 1')) === null) await pause(20);
}

/** All of its processes at once. */
export async function killPostgres(cluster: ToyCluster): Promise<void> {
  const postmaster = cluster.postgres().pid();
  for (const pid of [postmaster, ...childrenOf(postmaster)])
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself meanwhile
    }
  for (let tries = 0; ; tries++)
    try {
      await cluster.restart();
      return;
    } catch (error) {
      if (tries > 20) throw error;
      await pause(200); // the last of the killed still hold the shared memory
    }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });
}

export const over = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
  });

async function drawn(cluster: ToyCluster): Promise<number> {
  const rows = await cluster.ask<{ count: string }>('SELECT coalesce(sum(step), 0) AS count FROM shop.basket');
  return Number(rows?.[0]?.count ?? 0);
}

async function delivered(cluster: ToyCluster, total: number): Promise<void> {
  const since = Date.now();
  const counts = HEARERS.map((domain) => `SELECT count(*) AS count FROM ${domain}.inbox`).join(' UNION ALL ');
  for (;;) {
    const rows = await cluster.ask<{ count: string }>(counts);
    if (rows?.every(({ count }) => Number(count) >= total)) return;
    if (Date.now() - since > DELIVERY_MS) throw new Error(`after ${DELIVERY_MS} ms the hearers have ${rows?.map(({ count }) => count).join(', ')} of ${total} events`);
    await pause(50);
  }
}

/** What a hearer has, in the order in which it got it per order. */
async function rowsOf(cluster: ToyCluster, domain: string): Promise<string[]> {
  const rows = await cluster.ask<{ said: string }>(
    `SELECT order_id || ': ' || string_agg(step::text, ' ' ORDER BY nth) || ' last ' || (SELECT step || ' x ' || times FROM ${domain}.last_step l WHERE l.order_id = s.order_id) AS said
     FROM ${domain}.seen s GROUP BY order_id ORDER BY order_id`,
  );
  return rows!.map(({ said }) => said);
}

async function empty(cluster: ToyCluster): Promise<void> {
  const tables = HEARERS.flatMap((domain) => [`${domain}.seen`, `${domain}.last_step`, `${domain}.inbox`, `${domain}.dead_letter`]);
  await cluster.ask(`TRUNCATE shop.basket, shop.outbox, shop.aggregate_version, platform.feed, ${tables.join(', ')} RESTART IDENTITY`);
  await cluster.ask('CREATE TABLE IF NOT EXISTS shop.done (writer integer, nth integer, PRIMARY KEY (writer, nth))');
  await cluster.ask('TRUNCATE shop.done');
  await cluster.ask('UPDATE platform.relay_cursor SET outbox_position = 0');
  for (const domain of HEARERS) await cluster.ask(`UPDATE ${domain}.hearer_cursor SET position = 0`);
}
