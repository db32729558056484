import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Whether a browser may have sent this from another site. An absent Origin is no browser's cross-site request; there
 * is no cookie to abuse either, so this is a second wall.
 */
export function isForeign({ headers }: IncomingMessage, allowedOrigins: ReadonlySet<string>): boolean {
  if (headers['sec-fetch-site'] === 'cross-site') return !isAllowed(headers.origin, allowedOrigins);
  const { origin, host } = headers;
  if (origin === undefined || isAllowed(origin, allowedOrigins)) return false;
  if (!URL.canParse(origin)) return true; // "null" too
  const { host: from, protocol } = new URL(origin);
  return from !== host || (protocol !== 'http:' && protocol !== 'https:');
}

const PREFLIGHT_SECONDS = '600';

/** Tells the browser of an allowed site that it may read the answer; true where that was all it had asked. No credentials: there is no cookie to send. */
export function admitSite({ method, headers }: IncomingMessage, response: ServerResponse, allowedOrigins: ReadonlySet<string>): boolean {
  const { origin } = headers;
  if (origin === undefined || !isAllowed(origin, allowedOrigins)) return false;
  response.setHeader('access-control-allow-origin', origin).setHeader('vary', 'origin');
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
    response.setHeader('access-control-expose-headers', 'x-request-id, retry-after');
    return false;
  }
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
      'access-control-max-age': PREFLIGHT_SECONDS,
    })
    .end();
  return true;
}

function isAllowed(origin: string | undefined, allowedOrigins: ReadonlySet<string>): boolean {
  return origin !== undefined && allowedOrigins.has(origin);
}
