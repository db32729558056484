// Asks one subgraph as the gateway would: signed, for an actor.
import { randomUUID } from 'node:crypto';
import type { Actor } from '@stromgraph/kernel/auth';
import { signRequest, ENVELOPE_HEADER, SIGNATURE_HEADER, STREAMED } from '@stromgraph/kernel/signature';
import { TEST_SECRET } from './database.ts';

export type Answer<Data = any> = { data: Data | null; errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[] };

export const actorWith = (...scopes: string[]): Actor => ({ kind: 'user', id: '01990000-0000-7000-8000-000000000001', name: 'tester@demo.test', tenant: 'demo', scopes, expiresAt: Date.now() + 600_000 });

/** `tenant` only where no actor names one; null is a request that names none at all. */
export async function ask<Data = any>(url: string, actor: Actor | null, query: string, variables: object = {}, tenant: string | null = 'demo'): Promise<Answer<Data>> {
  const response = await sendSigned(url, 'POST', JSON.stringify({ query, variables }), { actor, tenant, headers: { 'content-type': 'application/json' } });
  return (await response.json()) as Answer<Data>;
}

/** Any signed request to a subgraph, such as one of its REST routes. */
export function sendSigned(url: string, method: string, body: string | undefined, { actor, tenant = 'demo', headers = {}, streamed = false }: { actor: Actor | null; tenant?: string | null; headers?: Record<string, string>; streamed?: boolean }): Promise<Response> {
  const { pathname, search } = new URL(url);
  const { envelope, signature } = signRequest(TEST_SECRET, { method, path: pathname + search, body: streamed ? STREAMED : (body ?? '') }, { actor, tenant: actor ? actor.tenant : tenant, requestId: randomUUID(), deadlineAt: Date.now() + 8000 });
  return fetch(url, { method, ...(body === undefined ? {} : { body }), headers: { ...headers, [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature } });
}
