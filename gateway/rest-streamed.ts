import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SIGNATURE_HEADER } from '@stromgraph/kernel/signature';
import { DIGEST_TRAILER, signStream } from '@stromgraph/kernel/signed-stream';
import type { Secret } from './vouching.ts';

const CONNECTIONS = 16;

type To = Readonly<{
  origin: string;
  path: string;
  method: string;
  /** With the signature that the blocks are signed for. */
  headers: Readonly<Record<string, string | string[]>>;
  signal: AbortSignal;
}>;

export type SendStreamed = (to: To, body: Readable) => Promise<IncomingMessage>;

/** Node's own client: undici cannot send the trailer that a streamed body ends with. A connection serves one body. */
export function makeSendStreamed(secret: Secret): Readonly<{ send: SendStreamed; stop: () => void }> {
  const agent = new Agent({ keepAlive: false, maxSockets: CONNECTIONS });

  function send({ origin, path, method, headers, signal }: To, body: Readable): Promise<IncomingMessage> {
    const { protocol, hostname, port } = new URL(origin);
    const secure = protocol === 'https:';
    const request = (secure ? httpsRequest : httpRequest)({
      hostname,
      port,
      path,
      method,
      signal,
      headers: { ...headers, 'transfer-encoding': 'chunked', ...(secret !== null && { trailer: DIGEST_TRAILER }) },
      ...(secure ? {} : { agent }),
    });
    const signature = String(headers[SIGNATURE_HEADER]);
    const signed =
      secret === null ? new PassThrough() : signStream({ secret, signature }, (trailer) => request.addTrailers({ [DIGEST_TRAILER]: trailer }));
    return new Promise((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
      pipeline(body, signed, request).catch(reject);
    });
  }

  return { send, stop: () => agent.destroy() };
}
