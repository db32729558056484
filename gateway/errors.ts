import type { RunError } from './execute/run.ts';

/** The codes a client can meet. A subgraph's message passes only under one of them, and never under INTERNAL. */
export const PUBLIC_CODES: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'LIMIT_EXCEEDED',
  'OVERLOADED',
  'SUBGRAPH_TIMEOUT',
  'SUBGRAPH_UNAVAILABLE',
  'INTERNAL',
]);

/** A value that does not fit the API schema: INTERNAL to the client, but the message is ours and may pass. */
export const COMPLETION = 'COMPLETION';

export type PublicError = Readonly<{
  message: string;
  path?: readonly (string | number)[];
  extensions: Readonly<Record<string, unknown>> & Readonly<{ code: string; requestId: string }>;
}>;

const MASKED = 'Something went wrong on our side; the request id leads to the details.';

/** What a client may read of an error: an allow-list, so that nothing new leaks by being new. */
export function publicError({ message, path, code }: RunError, requestId: string): PublicError {
  const at = path ? { path } : {};
  if (code === COMPLETION) return { message, ...at, extensions: { code: 'INTERNAL', requestId } };
  if (!PUBLIC_CODES.has(code) || code === 'INTERNAL') return { message: MASKED, ...at, extensions: { code: 'INTERNAL', requestId } };
  return { message, ...at, extensions: { code, requestId } };
}

export function isMasked({ code }: RunError): boolean {
  return code !== COMPLETION && (!PUBLIC_CODES.has(code) || code === 'INTERNAL');
}

/** An operation that is not run at all: why, and for a limit which one, the value and the maximum. */
export type Refusal = Readonly<{
  code: string;
  message: string;
  limit?: Readonly<{ limit: string; value: number; maximum: number }>;
  /** Where the same may be tried again later. */
  retryAfterSeconds?: number;
  /** The operation is of a kind that this transport does not carry. */
  wrongKind?: true;
  /** For the log only. */
  cause?: unknown;
}>;

export function refusedError({ code, message, limit, retryAfterSeconds }: Refusal, requestId: string): PublicError {
  return { message, extensions: { code, requestId, ...limit, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) } };
}

export function overLimit(limit: string, value: number, maximum: number): Refusal {
  return {
    code: 'LIMIT_EXCEEDED',
    message: `The limit on ${limit} is ${maximum}; this operation has ${value}.`,
    limit: { limit, value, maximum },
  };
}
