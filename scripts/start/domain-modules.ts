// A domain is a folder: what runs it is found there, so that a new domain joins without a change here.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isPassing } from '@stromgraph/kernel/database';
import type { Runtime } from '@stromgraph/kernel/runtime';

const SUBGRAPHS = join(import.meta.dirname, '..', '..', 'subgraphs');

type Env = Readonly<Record<string, string | undefined>>;
export type Running = Readonly<{ stop: () => Promise<void> }>;
export type ListenOptions = Readonly<{ port?: number; host?: string }>;
export type DomainModules = Readonly<{
  openDomain: (env: Env) => Runtime<never>;
  startServer: (runtime: Runtime<never>, options?: ListenOptions) => Promise<Running & Readonly<{ url: string }>>;
  startWorkers: (runtime: Runtime<never>) => Promise<Running>;
}>;

export const domainFolders = (): string[] => readdirSync(SUBGRAPHS).filter((name) => existsSync(join(SUBGRAPHS, name, 'schema.graphql'))).sort();

export async function loadDomain(name: string): Promise<DomainModules> {
  if (!domainFolders().includes(name)) throw new Error(`there is no domain ${name}; there are ${domainFolders().join(', ')}`);
  const [runtime, server, worker] = await Promise.all(['runtime', 'server', 'worker'].map((file) => import(`../../subgraphs/${name}/${file}.ts`)));
  return { ...(runtime as object), ...(server as object), ...(worker as object) } as DomainModules;
}

export type RunningDomain = Running & Readonly<{ name: string; url: string | null }>;
export type DomainParts = 'server' | 'workers' | 'all';

/** A database that is busy, as with twelve domains that start at once on a small machine, is asked again. */
const MOST_TRIES = 5;
const BETWEEN_TRIES_MS = 1_000;

/** Opens a domain's connections and starts its server, its workers or both; what had started ends again when the rest fails. */
export async function startDomain(name: string, { parts, env, listen }: { parts: DomainParts; env: Env; listen?: ListenOptions }): Promise<RunningDomain> {
  const modules = await loadDomain(name);
  for (let tried = 1; ; tried++)
    try {
      return { name, ...(await startParts(modules, { parts, env, ...(listen && { listen }) })) };
    } catch (error) {
      if (tried === MOST_TRIES || !isPassing(error)) throw new Error(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      await pause(BETWEEN_TRIES_MS);
    }
}

async function startParts({ openDomain, startServer, startWorkers }: DomainModules, { parts, env, listen }: { parts: DomainParts; env: Env; listen?: ListenOptions }): Promise<Running & { url: string | null }> {
  const runtime = openDomain(env);
  const running: Running[] = [];
  const stop = async () => {
    for (const part of running.toReversed()) await part.stop();
    await runtime.close();
  };
  try {
    const server = parts === 'workers' ? null : await startServer(runtime, listen);
    if (server) running.push(server);
    if (parts !== 'server') running.push(await startWorkers(runtime));
    return { url: server?.url ?? null, stop };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}
