// What every refusal of a REST route carries beside its own words.

const CODES: Readonly<Record<number, string>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 413: 'LIMIT_EXCEEDED', 429: 'LIMIT_EXCEEDED', 503: 'SUBGRAPH_UNAVAILABLE', 504: 'SUBGRAPH_TIMEOUT' };

/** Completes the body of an `application/problem+json` answer with type, code and request id; any other body stays as it is. */
export function asProblem(body: unknown, status: number, contentType: unknown, requestId: string | undefined): unknown {
  if (typeof contentType !== 'string' || !contentType.startsWith('application/problem+json')) return body;
  if (typeof body !== 'object' || body === null) return body;
  const code = CODES[status] ?? (status < 500 ? 'BAD_USER_INPUT' : 'INTERNAL');
  return { type: 'about:blank', status, code, requestId, ...body };
}
