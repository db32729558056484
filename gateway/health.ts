import type { ServerResponse } from 'node:http';
import { faultOf } from './exchange.ts';
import { callInternally } from './internal-call.ts';
import type { Secret } from './vouching.ts';

export type SubgraphState = Readonly<{ name: string; ready: boolean; reason?: string }>;

/** What a subgraph may say of itself; the path is public. */
const REASONS: ReadonlySet<unknown> = new Set(['database']);

/** One of ours says whether it could serve, its database included; a foreign one is asked a query that needs nothing. */
async function askSubgraph(secret: Secret, name: string, url: string): Promise<SubgraphState> {
  try {
    if (secret === null) return await askQuery(name, url);
    const { status, text } = await callInternally(secret, new URL('/internal/ready', url).href, 'GET');
    if (status === 200) return { name, ready: true };
    const { reason } = status === 503 ? (JSON.parse(text) as { reason?: string }) : {};
    return { name, ready: false, reason: reason !== undefined && REASONS.has(reason) ? reason : `status ${status}` };
  } catch (error) {
    return { name, ready: false, reason: faultOf(error) ?? (error as { code?: string }).code ?? (error as Error).name };
  }
}

async function askQuery(name: string, url: string): Promise<SubgraphState> {
  const { status, text } = await callInternally(null, url, 'POST', '{"query":"{__typename}"}');
  if (status !== 200) return { name, ready: false, reason: `status ${status}` };
  const { data } = JSON.parse(text) as { data?: { __typename?: string } };
  return data?.__typename ? { name, ready: true } : { name, ready: false, reason: 'no answer to a query' };
}

const ASK_EVERY_MS = 1_000;

/** Asks all subgraphs, at most once a second however often it is called: the path is public. */
export function makeAskAll(secret: Secret, urls: () => ReadonlyMap<string, string>): () => Promise<SubgraphState[]> {
  let asked = Promise.resolve<SubgraphState[]>([]);
  let askedAt = 0;
  return () => {
    if (Date.now() - askedAt < ASK_EVERY_MS) return asked;
    askedAt = Date.now();
    asked = Promise.all([...urls()].map(([name, url]) => askSubgraph(secret, name, url)));
    return asked;
  };
}

type Own = Readonly<{ stopping: boolean; /** The operations that are known beforehand have their plans. */ warm: boolean }>;

/** Ready is: not stopping, warm, and a subgraph is there to ask. One that is down costs its own fields, so no balancer should turn clients away for it. */
export async function serveReadiness(response: ServerResponse, { stopping, warm }: Own, ask: () => Promise<SubgraphState[]>): Promise<void> {
  const subgraphs = await ask();
  const ready = !stopping && warm && subgraphs.some((subgraph) => subgraph.ready);
  sendJson(response, ready ? 200 : 503, { ready, stopping, warm, subgraphs });
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
