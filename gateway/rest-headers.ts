import type { IncomingHttpHeaders } from 'node:http';
import type { Route } from './routes.ts';

type Headers = Record<string, string | string[]>;

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
]);
/** What only we may say to a subgraph. */
const OURS = /^(x-stromgraph-|x-request-id$|x-user|x-tenant|x-forwarded-|forwarded$)/;
const CREDENTIALS = new Set(['authorization', 'x-api-key']);

/** What goes to the owner: not our credentials, unless it checks callers itself, and no cookie but the route's own. */
export function headersToOwner(headers: IncomingHttpHeaders, route: Route): Headers {
  const passed: Headers = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || OURS.test(name) || name === 'cookie') continue;
    if (CREDENTIALS.has(name) && route.scope !== 'own-auth') continue;
    passed[name] = value;
  }
  const cookie = route.cookie === undefined ? undefined : cookieOf(headers.cookie, route.cookie);
  if (cookie !== undefined) passed.cookie = cookie;
  return passed;
}

/** What comes back: the owner's headers, and no cookie but the route's own. */
export function headersToClient(headers: IncomingHttpHeaders, route: Route): Headers {
  const passed: Headers = { 'cache-control': 'no-store' };
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || (HOP_BY_HOP.has(name) && name !== 'content-length') || OURS.test(name) || name === 'set-cookie') continue;
    passed[name] = value;
  }
  const own = [headers['set-cookie'] ?? []].flat().filter((cookie) => route.cookie !== undefined && cookie.startsWith(`${route.cookie}=`));
  if (own.length) passed['set-cookie'] = own;
  passed['x-content-type-options'] = 'nosniff';
  return passed;
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  return header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
}
