import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { chooseType, JSON_TYPE, takesEvents } from './accept.ts';
import { parseJson, readBody, TOO_FRAGMENTED } from './body.ts';
import type { Refusal } from './errors.ts';
import { isFields, type Fields } from './execute/own.ts';
import type { OperationRequest } from './limits/validate-operation.ts';
import { isForeign } from './origin.ts';

/** A request that is refused as HTTP, before it is GraphQL. */
export type RequestFault = Readonly<{ status: number; refusal: Refusal; headers?: Readonly<Record<string, string>> }>;

type Rules = Readonly<{ allowedOrigins: ReadonlySet<string>; /** Served to everybody, without sign-in. */ open: boolean }>;

/** What the head of a request says against it; null if nothing. */
export function faultOfHead(request: IncomingMessage, { allowedOrigins, open }: Rules): RequestFault | null {
  const { method, headers } = request;
  if (isForeign(request, allowedOrigins)) return fault(403, 'Requests from other sites are not taken.', {}, 'FORBIDDEN');
  if (method === 'GET' ? !open && !hasCredential(headers) : method !== 'POST')
    return open
      ? fault(405, 'Send a POST request, or a query by GET.', { allow: 'GET, POST' })
      : fault(405, 'Send a POST request; GET takes queries of those who sign in by a header.', { allow: 'POST' });
  if (chooseType(headers.accept) === null && !takesEvents(headers.accept))
    return fault(406, 'Accept application/json or application/graphql-response+json; for a subscription, text/event-stream.');
  if (method === 'POST' && !isJson(headers)) return fault(415, 'Send application/json in UTF-8.');
  return null;
}

/** A header of its own is what a page of another site cannot add without being asked about it first. */
function hasCredential(headers: IncomingHttpHeaders): boolean {
  return headers.authorization !== undefined || headers['x-api-key'] !== undefined;
}

/** JSON in UTF-8 and nothing else: forms and plain text are what cross-site requests can send. */
function isJson({ 'content-type': type = '', 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): boolean {
  if (encoding !== 'identity') return false;
  if (type === JSON_TYPE) return true;
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  return media === JSON_TYPE && parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset="?utf-8"?$/.test(parameter));
}

/** The operation in the body of a POST or the address of a GET; null where the client went away. */
export async function readOperation(request: IncomingMessage, bodyBytes: number): Promise<OperationRequest | RequestFault | null> {
  const operation = request.method === 'GET' ? operationOfAddress(request.url ?? '') : await operationOfBody(request, bodyBytes);
  return typeof operation === 'string' ? fault(400, operation) : operation;
}

async function operationOfBody(request: IncomingMessage, bodyBytes: number): Promise<OperationRequest | RequestFault | string | null> {
  const body = await readBody(request, bodyBytes);
  if ('broken' in body) return null;
  if ('bytes' in body) return toOperationRequest(parseJson(body.bytes));
  if ('tooFragmented' in body) return fault(400, TOO_FRAGMENTED, { connection: 'close' });
  const value = Number(request.headers['content-length'] ?? bodyBytes + 1);
  const limit = { limit: 'bodyBytes', value, maximum: bodyBytes };
  const refusal = { code: 'LIMIT_EXCEEDED', message: `The body is larger than ${bodyBytes} bytes.`, limit };
  return { status: 413, refusal, headers: { connection: 'close' } };
}

const JSON_PARAMETERS = ['variables', 'extensions'] as const;

/** As GraphQL over HTTP writes a request into an address; Node bounds its length with the headers'. */
function operationOfAddress(url: string): OperationRequest | string {
  const start = url.indexOf('?');
  const parameters: Fields = Object.fromEntries(new URLSearchParams(start < 0 ? '' : url.slice(start)));
  for (const name of JSON_PARAMETERS) {
    const text = parameters[name];
    if (typeof text !== 'string') continue;
    parameters[name] = parseJson(Buffer.from(text));
    if (parameters[name] === undefined) return `${name} is not JSON.`;
  }
  return toOperationRequest(parameters);
}

/** The request of a body as GraphQL over HTTP has it; a text says what is wrong. Unknown keys are ignored. */
export function toOperationRequest(body: unknown): OperationRequest | string {
  if (Array.isArray(body)) return 'One operation per request: batching is off.';
  if (!isFields(body)) return 'The body is not a JSON object.';
  const { query, documentId, operationName, variables, extensions } = body;
  if (!isText(query)) return 'query is not a text.';
  if (!isText(documentId)) return 'documentId is not a text.';
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return 'operationName is not a text.';
  if (variables !== undefined && variables !== null && !isFields(variables)) return 'variables is not an object.';
  if (extensions !== undefined && extensions !== null && !isFields(extensions)) return 'extensions is not an object.';
  if (typeof query === 'string' && typeof documentId === 'string') return 'Send query or documentId, not both.';
  const named = { query: query ?? undefined, documentId: documentId ?? undefined };
  if (named.query === undefined && named.documentId === undefined && !isFields(extensions?.persistedQuery)) return 'Send query, a text, or documentId.';
  return { ...named, operationName: operationName ?? undefined, variables: variables ?? {} };
}

const isText = (value: unknown): value is string | null | undefined => value === undefined || value === null || typeof value === 'string';

function fault(status: number, message: string, headers: Record<string, string> = {}, code = 'BAD_USER_INPUT'): RequestFault {
  return { status, refusal: { code, message }, headers };
}
