import type { IncomingHttpHeaders } from 'node:http';
import { isFields } from './execute/own.ts';
import type { OperationRequest } from './limits/validate-operation.ts';

export const RESPONSE_TYPE = 'application/graphql-response+json';
export const JSON_TYPE = 'application/json';

/** Legacy JSON clients get 200 for every well-formed request; those that ask for the new type get true statuses. */
export function chooseType(accept: string | undefined): typeof RESPONSE_TYPE | typeof JSON_TYPE {
  return accept?.includes(RESPONSE_TYPE) ? RESPONSE_TYPE : JSON_TYPE;
}

/** JSON in UTF-8 and nothing else: forms and plain text are what cross-site requests can send. */
export function isJson({ 'content-type': type = '', 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): boolean {
  if (encoding !== 'identity') return false;
  if (type === JSON_TYPE) return true;
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  return media === JSON_TYPE && parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset="?utf-8"?$/.test(parameter));
}

/** The request of a body as GraphQL over HTTP has it; a text says what is wrong. Unknown keys are ignored. */
export function toOperationRequest(body: unknown): OperationRequest | string {
  if (Array.isArray(body)) return 'One operation per request: batching is off.';
  if (!isFields(body)) return 'The body is not a JSON object.';
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string') return 'query is not a text.';
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return 'operationName is not a text.';
  if (variables !== undefined && variables !== null && !isFields(variables)) return 'variables is not an object.';
  if (extensions !== undefined && extensions !== null && !isFields(extensions)) return 'extensions is not an object.';
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} };
}
