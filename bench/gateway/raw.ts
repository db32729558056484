// The lower bound: a proxy that sends the same requests in the same order, reads no answer, and returns a kept text.
import { createServer } from 'node:http';
import { answerOperation } from '@stromgraph/gateway/execute/answer';
import { compileOperation, engineOf } from '@stromgraph/gateway/execute/operation';
import type { Send } from '@stromgraph/gateway/execute/fetch';
import { loadSupergraph } from '@stromgraph/gateway/supergraph';
import { composeToys } from '@stromgraph/gateway/toys/compose';
import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { Pool } from 'undici';
import { SHAPES, SUBGRAPHS } from './graph.ts';

type Recorded = { levels: { service: string; body: string }[][]; text: string };

const subgraphs = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const pools = new Map(Object.entries(subgraphs).map(([name, url]) => [name, new Pool(new URL(url).origin, { connections: 32 })]));

async function post(service: string, body: string): Promise<Buffer> {
  const { body: reply } = await pools
    .get(service)!
    .request({ path: '/graphql', method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return Buffer.from(await reply.arrayBuffer());
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
  const operation = compileOperation(engineOf(await loadSupergraph(composeToys(SUBGRAPHS)), sendTo), document, definition);
  const { data } = await answerOperation(operation, {}, {}, null);
  return { levels, text: `{"data":${data}}` };
}

const recorded = new Map<string, Recorded>();
for (const query of Object.values(SHAPES)) recorded.set(JSON.stringify({ query }), await record(query));
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const { levels, text } = recorded.get(Buffer.concat(chunks).toString())!;
    for (const level of levels) await Promise.all(level.map(({ service, body }) => post(service, body)));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
process.send?.({
  url: `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`,
  headers: {},
  fetches: [...recorded.values()].map(({ levels }) => levels.map((level) => level.length)),
});
