// The lower bound: a proxy that sends the same requests in the same order and returns a kept text. It reads no answer, or (`parse`) only parses it.
import { createServer } from 'node:http';
import { answerOperation } from '@stromgraph/gateway/execute/answer';
import { compileOperation, engineOf } from '@stromgraph/gateway/execute/operation';
import type { Send } from '@stromgraph/gateway/execute/fetch';
import { planHere } from '@stromgraph/gateway/planning/planner';
import { loadSupergraph } from '@stromgraph/gateway/supergraph';
import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { Pool } from 'undici';
import { SHAPES, supergraphWith } from './graph.ts';
import { serveTarget, subgraphUrls } from './target.ts';

type Recorded = { levels: { service: string; body: string }[][]; text: string };

const parses = process.argv[3] === 'parse';
const urls = subgraphUrls();
const pools = new Map(Object.entries(urls).map(([name, url]) => [name, new Pool(new URL(url).origin, { connections: 32 })]));
const HEADERS = { 'content-type': 'application/json' };

function post(service: string, body: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pools.get(service)!.dispatch({ path: '/graphql', method: 'POST', headers: HEADERS, body }, {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)),
      onResponseError: (_, error) => reject(error),
    });
  });
}

async function record(query: string): Promise<Recorded> {
  const levels: Recorded['levels'] = [];
  let running = 0;
  const sendTo =
    (service: string): Send =>
    async ({ body }) => {
      if (running++ === 0) levels.push([]);
      levels.at(-1)!.push({ service, body });
      const text = String(await post(service, body));
      running--;
      return text;
    };
  const document = parse(query);
  const definition = document.definitions.find((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION)!;
  const operation = await compileOperation(engineOf(await loadSupergraph(supergraphWith(urls), planHere), sendTo), { query, document, definition });
  const { data } = await answerOperation(operation, {}, {}, null);
  return { levels, text: `{"data":${data}}` };
}

const recorded = new Map<string, Recorded>();
for (const query of Object.values(SHAPES)) recorded.set(JSON.stringify({ query }), await record(query));

async function forward(service: string, body: string): Promise<void> {
  const reply = await post(service, body);
  if (parses) JSON.parse(reply.toString());
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const { levels, text } = recorded.get(Buffer.concat(chunks).toString())!;
    for (const level of levels) await Promise.all(level.map(({ service, body }) => forward(service, body)));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
serveTarget({ url: `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`, headers: {} });
