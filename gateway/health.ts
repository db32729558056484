import type { ServerResponse } from 'node:http';
import { callInternally } from './internal-call.ts';

export type SubgraphState = Readonly<{ name: string; ready: boolean; reason?: string }>;

/** Answers a question of its own: the check sees the signature, the schema and the executor, not only the port. */
async function askSubgraph(secret: string, name: string, url: string): Promise<SubgraphState> {
  try {
    const { status, text } = await callInternally(secret, url, 'POST', '{"query":"{__typename}"}');
    if (status !== 200) return { name, ready: false, reason: `status ${status}` };
    const { data } = JSON.parse(text) as { data?: { __typename?: string } };
    return data?.__typename ? { name, ready: true } : { name, ready: false, reason: 'no answer to a query' };
  } catch (error) {
    return { name, ready: false, reason: (error as { code?: string }).code ?? (error as Error).name };
  }
}

const ASK_EVERY_MS = 1_000;

/** Asks all subgraphs, at most once a second however often it is called: the path is public. */
export function makeAskAll(secret: string, urls: ReadonlyMap<string, string>): () => Promise<SubgraphState[]> {
  let asked = Promise.resolve<SubgraphState[]>([]);
  let askedAt = 0;
  return () => {
    if (Date.now() - askedAt < ASK_EVERY_MS) return asked;
    askedAt = Date.now();
    asked = Promise.all([...urls].map(([name, url]) => askSubgraph(secret, name, url)));
    return asked;
  };
}

/** Ready is: not stopping, and every subgraph has answered. */
export async function serveReadiness(response: ServerResponse, stopping: boolean, ask: () => Promise<SubgraphState[]>): Promise<void> {
  const subgraphs = await ask();
  const ready = !stopping && subgraphs.every((subgraph) => subgraph.ready);
  sendJson(response, ready ? 200 : 503, { ready, stopping, subgraphs });
}

export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    })
    .end(JSON.stringify(value));
}
