// One process with the five subgraphs. Answers are kept by request, so that what is measured is the gateway.
import { createServer } from 'node:http';
import { toySchema } from '@stromgraph/gateway/toys/toy';
import { execute, parse } from 'graphql';
import { SUBGRAPHS } from './graph.ts';

const urls: Record<string, string> = {};
for (const definition of SUBGRAPHS) {
  const schema = toySchema(definition);
  const answers = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString();
      let answer = answers.get(body);
      if (!answer) {
        const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
        answer = Buffer.from(JSON.stringify(await execute({ schema, document: parse(query), variableValues: variables ?? {} })));
        answers.set(body, answer);
      }
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  urls[definition.name] = `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`;
}
process.send?.({ urls });
