// The ways into the gateway, as data: what is refused on one must be refused on all.
import { request as httpRequest } from 'node:http';
import { openEvents } from '../toys/event-source.ts';
import { openRaw, type Frame } from '../toys/raw-socket.ts';
import { QUERY, SUBSCRIPTION, type Entry } from './operations.ts';

/** What a client was told: why not, by limit or code, or data. */
export type Told = Readonly<{ status: number; reasons: string[]; hasData: boolean; text: string }>;

export type Transport = Readonly<{
  name: string;
  entry: Entry;
  ask: (url: string, authorization: string, query: string, variables?: object) => Promise<Told>;
}>;

/** Larger than this transport takes at all: status 431, close code 1009. */
export const TOO_LARGE = 'TOO_LARGE';

const NEW_TYPE = 'application/graphql-response+json';

export const TRANSPORTS: readonly Transport[] = [
  {
    name: 'GET',
    entry: QUERY,
    ask: (url, authorization, query, variables = {}) =>
      send(`${url}?${String(new URLSearchParams({ query, variables: JSON.stringify(variables) }))}`, 'GET', { authorization, accept: NEW_TYPE }),
  },
  {
    name: 'POST',
    entry: QUERY,
    ask: (url, authorization, query, variables = {}) =>
      send(url, 'POST', { authorization, accept: NEW_TYPE, 'content-type': 'application/json' }, JSON.stringify({ query, variables })),
  },
  {
    name: 'WebSocket',
    entry: SUBSCRIPTION,
    async ask(url, authorization, query, variables = {}) {
      const raw = await openRaw(url);
      raw.send({ type: 'connection_init', payload: { authorization } });
      const acknowledged = await raw.next();
      if (typeof acknowledged === 'number') return toldByClose(acknowledged);
      raw.send({ id: '1', type: 'subscribe', payload: { query, variables } });
      const frame = await raw.next();
      raw.socket.close();
      if (typeof frame === 'number') return toldByClose(frame);
      const { type, payload } = frame as Frame & { payload: Errors };
      return { status: 0, reasons: type === 'error' ? reasonsOf(payload) : [], hasData: type === 'next', text: JSON.stringify(payload) };
    },
  },
  {
    name: 'SSE',
    entry: SUBSCRIPTION,
    async ask(url, authorization, query, variables = {}) {
      const source = await openEvents(url, { query, variables, headers: { authorization } });
      const status = source.response.statusCode ?? 0;
      if (status !== 200) return toTold(status, await source.rest());
      const first = await source.next();
      source.close();
      return toTold(status, first?.data ?? '{}');
    },
  },
];

type Errors = readonly Readonly<{ extensions: Readonly<{ code: string; limit?: string }> }>[];

const reasonsOf = (errors: Errors) => errors.map(({ extensions }) => extensions.limit ?? extensions.code);

/** A request as written here: fetch would add or refuse headers of its own. */
export function send(url: string, method: string, headers: Record<string, string>, body = ''): Promise<Told> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(toTold(response.statusCode ?? 0, Buffer.concat(chunks).toString())));
    });
    request.on('error', (error: NodeJS.ErrnoException) => (CLOSED_MEANWHILE.has(error.code ?? '') ? resolve(toTold(431, '')) : reject(error)));
    request.end(body);
  });
}

function toldByClose(code: number): Told {
  return { status: code, reasons: [code === 1009 ? TOO_LARGE : String(code)], hasData: false, text: '' };
}

const CLOSED_MEANWHILE = new Set(['ECONNRESET', 'EPIPE']);

function toTold(status: number, text: string): Told {
  if (status === 431) return { status, reasons: [TOO_LARGE], hasData: false, text };
  const { errors = [], data } = JSON.parse(text) as { errors?: Errors; data?: unknown };
  return { status, reasons: reasonsOf(errors), hasData: data !== undefined && data !== null, text };
}
