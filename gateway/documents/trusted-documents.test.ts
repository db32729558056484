// Documents by their id, on every transport, beside free text and instead of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { makePond, stones } from '../toys/pond.ts';
import { openRaw } from '../toys/raw-socket.ts';
import { documentIdOf } from './document-id.ts';
import { readManifests } from './manifest.ts';

const QUERY = 'query Stone { stone { grams } }\n';
const SUBSCRIPTION = 'subscription Ripples { ripple { seq stone { grams } } }\n';
const MUTATION = 'mutation Throw { throw }\n';
const texts = new Map([QUERY, SUBSCRIPTION, MUTATION].map((text) => [documentIdOf(text), text]));

type Told = Readonly<{ data?: unknown; code?: unknown }>;
type Body = Readonly<Record<string, unknown>>;
type Answer = Readonly<{ data?: unknown; errors?: readonly { extensions: { code: string } }[] }>;

const pond = makePond();
const graphs: { any?: ToyGraph; trusted?: ToyGraph } = {};
beforeAll(async () => {
  const start = (only: boolean) => startToyGraph([pond.definition, stones], { documents: { only, texts } });
  [graphs.any, graphs.trusted] = await Promise.all([start(false), start(true)]);
  pond.publish(1);
}, 60_000);
afterAll(() => Promise.all([graphs.any?.stop(), graphs.trusted?.stop()]));

const told = ({ data, errors }: Answer): Told => (errors ? { code: errors[0]?.extensions.code } : { data });

const post = async (url: string, body: Body) =>
  told((await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json()) as Answer);

async function get(url: string, body: Body): Promise<Told> {
  const parameters = Object.entries(body).map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  return told((await (await fetch(`${url}?${String(new URLSearchParams(parameters))}`)).json()) as Answer);
}

async function overWebSocket(url: string, body: Body): Promise<Told> {
  const raw = await openRaw(url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  raw.send({ id: '1', type: 'subscribe', payload: body });
  const frame = await raw.next();
  raw.socket.close();
  if (typeof frame === 'number') return { code: frame };
  return frame.type === 'error' ? told({ errors: frame.payload as never }) : told(frame.payload as Answer);
}

async function byEvents(url: string, body: Body): Promise<Told> {
  const abort = new AbortController();
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: abort.signal });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const [, data] = /^data: (.+)$/m.exec(text) ?? [];
    if (data === undefined) continue;
    abort.abort();
    return told(JSON.parse(data) as Answer);
  }
  throw new Error(`No event came: ${text}`);
}

const STONE = { data: { stone: { grams: 1 } } };
const RIPPLE = { data: { ripple: { seq: 1, stone: { grams: 1 } } } };
const transports: [string, (url: string, body: Body) => Promise<Told>, string, Told][] = [
  ['POST', post, QUERY, STONE],
  ['GET', get, QUERY, STONE],
  ['WebSocket', overWebSocket, SUBSCRIPTION, RIPPLE],
  ['server-sent events', byEvents, SUBSCRIPTION, RIPPLE],
];

describe.each(transports)('by %s', (_, ask, text, answer) => {
  test.each(['any', 'trusted'] as const)('%s: an id leads to its document, with its prefix or without', async (mode) => {
    const { url } = graphs[mode]!.gateway;
    const documentId = documentIdOf(text);
    expect(await ask(url, { documentId })).toEqual(answer);
    expect(await ask(url, { documentId: documentId.slice('sha256:'.length), variables: {} })).toEqual(answer);
  });

  test.each(['any', 'trusted'] as const)('%s: an id that nobody knows, or that only looks like one', async (mode) => {
    for (const documentId of [documentIdOf('{ stone { grams } }'), 'md5:0', 'x', '', '__proto__', `${documentIdOf(text)}0`])
      expect(await ask(graphs[mode]!.gateway.url, { documentId })).toEqual({ code: 'PERSISTED_DOCUMENT_NOT_FOUND' });
  });

  test('free text is taken or not, even where its document is trusted', async () => {
    expect(await ask(graphs.any!.gateway.url, { query: text })).toEqual(answer);
    expect(await ask(graphs.trusted!.gateway.url, { query: text })).toEqual({ code: 'PERSISTED_DOCUMENT_ID_REQUIRED' });
  });

  test('nothing that is sent becomes known', async () => {
    const { url } = graphs.any!.gateway;
    const free = `${text} # free`;
    const sha256Hash = documentIdOf(free).slice('sha256:'.length);
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const unasked = ask === overWebSocket ? { query: '', extensions } : { extensions };
    if (ask !== overWebSocket) expect(await ask(url, unasked)).toEqual({ code: 'PERSISTED_QUERY_NOT_SUPPORTED' });
    expect(await ask(url, { query: free, extensions })).toEqual(answer);
    if (ask !== overWebSocket) expect(await ask(url, unasked)).toEqual({ code: 'PERSISTED_QUERY_NOT_SUPPORTED' });
    expect(await ask(url, { documentId: documentIdOf(free) })).toEqual({ code: 'PERSISTED_DOCUMENT_NOT_FOUND' });
  });
});

test('a trusted mutation is none by GET', async () => {
  const { url } = graphs.trusted!.gateway;
  expect((await fetch(`${url}?documentId=${documentIdOf(MUTATION)}`)).status).toBe(405);
  expect(await post(url, { documentId: documentIdOf(MUTATION) })).toEqual({ data: { throw: null } });
});

describe('manifests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test('several are one, whichever way they write a hash', () => {
    const one = write('one.json', JSON.stringify({ [documentIdOf(QUERY)]: QUERY }));
    const other = write('other.json', JSON.stringify({ [documentIdOf(MUTATION).slice('sha256:'.length)]: MUTATION }));
    expect([...readManifests([one, other])]).toEqual([QUERY, MUTATION].map((text) => [documentIdOf(text), text]));
  });

  test.each([
    ['no JSON', '{', /broken.json: not a manifest/],
    ['no texts', '{"sha256:0":7}', /broken.json: not a manifest .*sha256:0/],
    ['a text that was changed', JSON.stringify({ [documentIdOf(QUERY)]: `${QUERY} ` }), /is not the SHA-256 of its document/],
  ])('%s', (_, content, fault) => {
    expect(() => readManifests([write('broken.json', content)])).toThrow(fault);
  });

  test('one that is not there', () => expect(() => readManifests([join(folder, 'absent.json')])).toThrow(/absent.json/));
});
