import { serve } from '../child.ts';

/** What is measured: where it listens, what a client sends besides the body. */
export type Target = Readonly<{ url: string; headers: Readonly<Record<string, string>>; versions?: Readonly<Record<string, string>> }>;

/** The whole machine for one client: what one may take from many others is no matter where it is alone. */
export const ONE_CLIENT = { concurrentOperations: 1_000_000, costPerSecond: 1e12, costBurst: 1e12 };

/** All threads of this process, collector and compiler too. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** The child's side: says where it listens, and when asked how much CPU its process has had. */
export function serveTarget(target: Target, end?: () => Promise<unknown>): void {
  serve(target, { answer: async () => cpuSeconds(), ...(end && { end }) });
}

/** The addresses of the subgraphs, given by the parent. */
export const subgraphUrls = (): Record<string, string> => JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
