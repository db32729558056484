import { once } from 'node:events';
import { createServer } from 'node:net';
import { errors, request } from 'undici';
import { expect, test } from 'vitest';
import { faultOf } from './rest-faults.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });

test.each<[unknown, number, string]>([
  [coded('ECONNREFUSED'), 503, 'SUBGRAPH_UNAVAILABLE'],
  [coded('ECONNRESET'), 503, 'SUBGRAPH_UNAVAILABLE'],
  [new errors.SocketError('other side closed'), 503, 'SUBGRAPH_UNAVAILABLE'],
  [new errors.ConnectTimeoutError(), 503, 'SUBGRAPH_UNAVAILABLE'],
  [new errors.HeadersTimeoutError(), 504, 'SUBGRAPH_TIMEOUT'],
  [AbortSignal.abort(new DOMException('late', 'TimeoutError')).reason, 504, 'SUBGRAPH_TIMEOUT'],
  [new TypeError('x.filter is not a function'), 500, 'INTERNAL'],
  [coded('ERR_INVALID_CHAR'), 500, 'INTERNAL'],
  [new errors.InvalidArgumentError('invalid header'), 500, 'INTERNAL'],
  [undefined, 500, 'INTERNAL'],
])('%s is %i %s', (error, status, code) => expect(faultOf(error)).toMatchObject({ status, refusal: { code } }));

test.each(['postgres://app:hunter2@db', 'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n'])('an owner that says %j is one that cannot be reached', async (text) => {
  const server = createServer((socket) => void socket.on('error', () => {}).end(text)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fault = await request(`http://127.0.0.1:${(server.address() as { port: number }).port}`).then(({ body }) => body.text()).catch((error: unknown) => error);
  expect(faultOf(fault)).toMatchObject({ status: 503, refusal: { code: 'SUBGRAPH_UNAVAILABLE' } });
  server.close();
});
