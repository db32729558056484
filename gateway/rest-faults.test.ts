import { errors } from 'undici';
import { expect, test } from 'vitest';
import { faultOf } from './rest-faults.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });

test.each<[unknown, number, string]>([
  [coded('ECONNREFUSED'), 503, 'SUBGRAPH_UNAVAILABLE'],
  [coded('ECONNRESET'), 503, 'SUBGRAPH_UNAVAILABLE'],
  [new errors.SocketError('other side closed'), 503, 'SUBGRAPH_UNAVAILABLE'],
  [new errors.ConnectTimeoutError(), 503, 'SUBGRAPH_UNAVAILABLE'],
  [new errors.HeadersTimeoutError(), 504, 'SUBGRAPH_TIMEOUT'],
  [AbortSignal.abort(new DOMException('late', 'TimeoutError')).reason, 504, 'SUBGRAPH_TIMEOUT'],
  [new TypeError('x.filter is not a function'), 500, 'INTERNAL'],
  [coded('ERR_INVALID_CHAR'), 500, 'INTERNAL'],
  [new errors.InvalidArgumentError('invalid header'), 500, 'INTERNAL'],
  [undefined, 500, 'INTERNAL'],
])('%s is %i %s', (error, status, code) => expect(faultOf(error)).toMatchObject({ status, refusal: { code } }));
