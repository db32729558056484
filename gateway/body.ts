import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

export type Body = Readonly<{ bytes: Buffer } | { tooLarge: true } | { broken: true }>;

const BODY_MS = 15_000;

/** Reads a body up to its limit and in its time; what is larger is not read to its end. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve({ tooLarge: true });
  if (request.destroyed) return Promise.resolve({ broken: true }); // while its sender was asked for
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => broken(), BODY_MS);
    function finish(body: Body): void {
      clearTimeout(timer);
      request.off('data', take);
      resolve(body);
    }
    function take(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > limitBytes) return finish({ tooLarge: true });
      chunks.push(chunk);
    }
    request.on('data', take);
    const broken = () => finish({ broken: true });
    request.on('end', () => finish({ bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) }));
    request.on('error', broken);
    request.on('close', broken);
  });
}

/** JSON of a body, or undefined where it is not JSON in UTF-8. */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
