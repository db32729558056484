// What we say to the clearing house over HTTP, and what we make of its answers.
import { z } from 'zod';
import { parseJson } from './inbound-body.ts';

/** TAKEN is certain; REFUSED will not get better by trying again; FAILED may, and may have been taken all the same: the idempotency key makes that harmless. */
export type Handover = Readonly<{ kind: 'TAKEN'; ticketId: string } | { kind: 'REFUSED'; reason: string } | { kind: 'FAILED'; reason: string }>;

const TIMEOUT_MS = 10_000;
const PAGE = 500;
const MAX_REASON = 500;
/** Refusals that lie in the moment or in our keys, not in the message. */
const PASSING = new Set([401, 403, 404, 408, 425, 429]);

const Ticket = z.object({ ticketId: z.string().min(1).max(200) });
const Page = z.object({ messages: z.array(z.unknown()), next: z.int().nonnegative(), more: z.boolean() });

export async function submit(url: string, { key, body }: { key: string; body: string }): Promise<Handover> {
  try {
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
    const text = await response.text();
    if (response.status >= 400 && response.status < 500 && !PASSING.has(response.status)) return { kind: 'REFUSED', reason: `${response.status}: ${text.slice(0, MAX_REASON)}` };
    if (!response.ok) return { kind: 'FAILED', reason: `the clearing house answered ${response.status}` };
    const ticket = Ticket.safeParse(parseJson(text));
    return ticket.success ? { kind: 'TAKEN', ticketId: ticket.data.ticketId } : { kind: 'FAILED', reason: 'the clearing house answered without a ticket' };
  } catch (error) {
    return { kind: 'FAILED', reason: `the clearing house cannot be reached: ${reasonOf(error)}` };
  }
}

export type InboundPage = Readonly<{ bodies: string[]; next: bigint; more: boolean }>;

/** Everything inbound after a cursor, whether a callback brought it or not. Throws when the clearing house does not answer. */
export async function fetchInbound(url: string, after: bigint): Promise<InboundPage> {
  const response = await fetch(`${url}/v1/messages?after=${after}&limit=${PAGE}`, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the clearing house answered ${response.status} to a poll`);
  const { messages, next, more } = Page.parse(await response.json());
  return { bodies: messages.map((message) => JSON.stringify(message)), next: BigInt(next), more };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? ('code' in cause && typeof cause.code === 'string' ? cause.code : cause.message).slice(0, MAX_REASON) : String(error);
}
