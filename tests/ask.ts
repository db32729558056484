// Asks one subgraph as the gateway would: signed, for an actor.
import { randomUUID } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import type { Actor } from '@stromgraph/kernel/auth';
import { signRequest, ENVELOPE_HEADER, SIGNATURE_HEADER, STREAMED } from '@stromgraph/kernel/signature';
import { DIGEST_TRAILER, signStream } from '@stromgraph/kernel/signed-stream';
import { TEST_SECRET } from './database.ts';

/** Long enough for a busy machine; no test waits for it. */
const ASKED_MS = 60_000;
const STREAMED_MS = 3_600_000;

export type Answer<Data = any> = { data: Data | null; errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[] };

export const actorWith = (...scopes: string[]): Actor => ({ kind: 'user', id: '01990000-0000-7000-8000-000000000001', name: 'tester@demo.test', tenant: 'demo', scopes, expiresAt: Date.now() + 600_000 });

/** `tenant` only where no actor names one; null is a request that names none at all. */
export async function ask<Data = any>(url: string, actor: Actor | null, query: string, variables: object = {}, tenant: string | null = 'demo'): Promise<Answer<Data>> {
  const response = await sendSigned(url, 'POST', JSON.stringify({ query, variables }), { actor, tenant, headers: { 'content-type': 'application/json' } });
  return (await response.json()) as Answer<Data>;
}

type SendOptions = { actor: Actor | null; tenant?: string | null; headers?: Record<string, string>; streamed?: boolean };

/** Any signed request to a subgraph, such as one of its REST routes. */
export async function sendSigned(url: string, method: string, body: string | undefined, { streamed = false, ...options }: SendOptions): Promise<Response> {
  if (streamed) return answered(streamSigned(url, method, options).end(body ?? ''));
  return fetch(url, { method, ...(body === undefined ? {} : { body }), headers: { ...options.headers, ...signed(url, method, body ?? '', options) } });
}

/** A streamed request that is open for its body; `call` is the connection's own, to be waited for or broken. */
export function streamSigned(url: string, method: string, options: SendOptions): Transform & { call: ClientRequest } {
  const signing = signed(url, method, STREAMED, options);
  const call = request(url, { method, headers: { ...options.headers, ...signing, trailer: DIGEST_TRAILER } });
  const body = signStream({ secret: TEST_SECRET, signature: signing[SIGNATURE_HEADER]! }, (trailer) => call.addTrailers({ [DIGEST_TRAILER]: trailer }));
  body.pipe(call);
  return Object.assign(body, { call });
}

function answered({ call }: { call: ClientRequest }): Promise<Response> {
  return new Promise((resolve, reject) => {
    call.once('error', reject).once('response', (message) => {
      const headers = Object.entries(message.headers).flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one]));
      resolve(new Response(Readable.toWeb(message) as ReadableStream, { status: message.statusCode!, headers }));
    });
  });
}

function signed(url: string, method: string, body: string | typeof STREAMED, { actor, tenant = 'demo' }: SendOptions): Record<string, string> {
  const { pathname, search } = new URL(url);
  const about = { actor, tenant: actor ? actor.tenant : tenant, requestId: randomUUID(), deadlineAt: Date.now() + (body === STREAMED ? STREAMED_MS : ASKED_MS) };
  const { envelope, signature } = signRequest(TEST_SECRET, { method, path: pathname + search, body }, about);
  return { [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature };
}
