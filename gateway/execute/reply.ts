import { PERSONAL } from '@stromgraph/kernel/auth';
import { PUBLIC_CODES } from '../errors.ts';
import { isFields, type Fields } from './own.ts';
import { boundErrors, type Path, type RunError } from './run.ts';

export type Reply = Readonly<{ data: Fields | null; errors: readonly RunError[] }>;

/** A fetch that brought nothing to merge. Thrown by the transport too, with the code the client shall see. */
export type FetchFault = Error & { readonly fetchCode: string };

export function fetchFault(code: string, message: string): FetchFault {
  return Object.assign(new Error(message), { fetchCode: code });
}

/** Reads a subgraph's answer as what it is: foreign text that may be anything. */
export function readReply(text: string): Reply {
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch {
    throw fetchFault('SUBGRAPH_UNAVAILABLE', 'The subgraph did not answer with JSON.');
  }
  return toReply(reply);
}

export function toReply(reply: unknown): Reply {
  if (!isFields(reply)) throw fetchFault('SUBGRAPH_UNAVAILABLE', 'The subgraph did not answer as GraphQL does.');
  const { data, errors } = reply;
  if (data !== undefined && data !== null && !isFields(data))
    throw fetchFault('SUBGRAPH_UNAVAILABLE', 'The data of the subgraph are not an object.');
  if (errors !== undefined && errors !== null && !Array.isArray(errors))
    throw fetchFault('SUBGRAPH_UNAVAILABLE', 'The errors of the subgraph are not a list.');
  if ((data === undefined || data === null) && !errors?.length)
    throw fetchFault('SUBGRAPH_UNAVAILABLE', 'The subgraph answered with neither data nor errors.');
  return { data: data ?? null, errors: errors?.length ? boundErrors(errors.map(toError)) : NONE };
}

const NONE: readonly RunError[] = [];
const MAX_MESSAGE = 2_000;

function toError(error: unknown): RunError {
  const fields = isFields(error) ? error : {};
  const code = isFields(fields.extensions) ? fields.extensions.code : undefined;
  return {
    message: typeof fields.message === 'string' ? fields.message.slice(0, MAX_MESSAGE) : 'The subgraph gave no message.',
    path: isPath(fields.path) ? fields.path : undefined,
    code: typeof code === 'string' && (PUBLIC_CODES.has(code) || code === PERSONAL) ? code : 'INTERNAL',
  };
}

const RESPONSE_KEY = /^[_A-Za-z]\w*$/;

/** Response keys and list indices; other text in their place could be anything, and would be told to the client. */
function isPath(path: unknown): path is Path {
  return Array.isArray(path) && path.every((part) => (typeof part === 'string' ? RESPONSE_KEY.test(part) : Number.isSafeInteger(part) && part >= 0));
}
