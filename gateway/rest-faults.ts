import type { Refusal } from './errors.ts';

/** The connection to an owner failed, or what came over it was no answer. Everything else is a fault of our own. */
const OF_THE_CONNECTION =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+|HTTPParserError|UND_ERR_(SOCKET|CONNECT_TIMEOUT|CLOSED|DESTROYED|ABORTED|HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH))$/;
const OUT_OF_TIME = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/;

/** What a caller is told when handing over a REST request failed. */
export function faultOf(error: unknown): Readonly<{ status: number; refusal: Refusal }> {
  const { name = '', code } = (error ?? {}) as Readonly<{ name?: string; code?: string | number }>;
  if (name === 'TimeoutError' || OUT_OF_TIME.test(String(code)))
    return { status: 504, refusal: { code: 'SUBGRAPH_TIMEOUT', message: 'The owner of this path did not answer in time.' } };
  if (OF_THE_CONNECTION.test(String(code ?? name))) // undici's parser has names only
    return { status: 503, refusal: { code: 'SUBGRAPH_UNAVAILABLE', message: 'The owner of this path cannot be reached at the moment.' } };
  return { status: 500, refusal: { code: 'INTERNAL', message: 'Something went wrong on our side; the request id leads to the details.' } };
}
