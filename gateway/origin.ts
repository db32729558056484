import type { IncomingMessage } from 'node:http';

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

function isAllowed(origin: string | undefined, allowedOrigins: ReadonlySet<string>): boolean {
  return origin !== undefined && allowedOrigins.has(origin);
}
