import { exchange, headOf, type Reply } from './exchange.ts';
import { newRequestId } from './request-id.ts';
import { vouchingHeaders, type Secret } from './vouching.ts';
import { makeWire, placeOf, type Wire } from './wire/pool.ts';

const TIMEOUT_MS = 3_000;
const MAX_REPLY_BYTES = 1_000_000;

/** Few calls, so few connections; none is kept when nothing is asked. */
const CONNECTIONS = 8;
const wires = new Map<string, Wire>();

/** A signed call of the gateway's own, for no client: keys, readiness. */
export async function callInternally(secret: Secret, url: string, method: 'GET' | 'POST', body = ''): Promise<Reply> {
  const address = new URL(url);
  const path = address.pathname + address.search;
  const about = { actor: null, tenant: null, requestId: newRequestId(), deadlineAt: Date.now() + TIMEOUT_MS };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...vouchingHeaders(secret, { method, path, body }, about),
  };
  return exchange(wireTo(address), { head: headOf(method, path, address.host, headers), body }, { ms: TIMEOUT_MS, bytes: MAX_REPLY_BYTES });
}

/** The owners of keys and the subgraphs: as many as the configuration names. */
function wireTo(address: URL): Wire {
  const known = wires.get(address.origin);
  if (known) return known;
  const place = placeOf(address);
  if (place === null) throw new Error(`${address.origin} is no address to call.`);
  const wire = makeWire(place, CONNECTIONS);
  wires.set(address.origin, wire);
  return wire;
}
