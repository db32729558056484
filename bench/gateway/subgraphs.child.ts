// One process with the five subgraphs. A request that came before gets the bytes it got then, so that what is measured is the gateway.
import { createServer, type Socket } from 'node:net';
import { toySchema } from '@stromgraph/gateway/toys/toy';
import { execute, parse, type GraphQLSchema } from 'graphql';
import { serve } from '../child.ts';
import { SUBGRAPHS } from './graph.ts';
import { cpuSeconds } from './target.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
/** Every gateway and shape has a few bodies; one whose bodies never repeat would measure GraphQL here, not itself. */
const MOST_ANSWERS = 200;

type Kept = Readonly<{ body: Buffer; reply: Buffer }>;

const urls: Record<string, string> = {};
for (const definition of SUBGRAPHS) {
  const schema = toySchema(definition);
  const kept: Kept[] = [];
  const server = createServer({ noDelay: true }, (socket) => readRequests(socket, (body) => answer(schema, kept, body)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  urls[definition.name] = `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`;
}
serve({ urls }, { answer: async () => cpuSeconds() });

/** As much of HTTP/1.1 as clients with kept-alive connections and known lengths use. */
function readRequests(socket: Socket, reply: (body: Buffer) => Buffer | Promise<Buffer>): void {
  let rest: Buffer | null = null;
  socket.on('error', () => socket.destroy());
  socket.on('data', (piece: Buffer) => {
    const bytes: Buffer = rest ? Buffer.concat([rest, piece]) : piece;
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) return void (rest = bytes);
    const length = LENGTH.exec(bytes.toString('latin1', 0, headEnd))?.[1];
    if (length === undefined) return void socket.end('HTTP/1.1 411 Length Required\r\ncontent-length: 0\r\n\r\n');
    const end = headEnd + HEAD_END.length + Number(length);
    if (bytes.length < end) return void (rest = bytes);
    rest = null;
    const answered = reply(bytes.subarray(headEnd + HEAD_END.length, end));
    if (answered instanceof Promise) void answered.then((text) => socket.write(text));
    else socket.write(answered);
  });
}

function answer(schema: GraphQLSchema, kept: Kept[], body: Buffer): Buffer | Promise<Buffer> {
  const known = kept.find((candidate) => candidate.body.equals(body));
  return known ? known.reply : compute(schema, kept, Buffer.from(body));
}

async function compute(schema: GraphQLSchema, kept: Kept[], body: Buffer): Promise<Buffer> {
  const { query, variables } = JSON.parse(body.toString()) as { query: string; variables?: Record<string, unknown> };
  const text = JSON.stringify(await execute({ schema, document: parse(query), variableValues: variables ?? {} }));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: keep-alive\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`;
  const reply = Buffer.from(head + text);
  if (kept.length >= MOST_ANSWERS) throw new Error('A gateway sends other bodies each time.');
  kept.push({ body, reply });
  return reply;
}
