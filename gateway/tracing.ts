// Spans by OpenTelemetry's conventions for HTTP and GraphQL. The document is left out: its literals may be a customer's.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startSpan, type Span } from '@stromgraph/kernel/trace';
import type { Accepted } from './limits/validate-operation.ts';

const service = 'gateway';

/** The first span of a trace, which has the request's id. */
export function traceRequest({ method = '' }: IncomingMessage, response: ServerResponse, requestId: string, route: string): Span | null {
  const attributes = { 'http.request.method': method, 'http.route': route, 'url.scheme': 'http' };
  const span = startSpan({ service, name: `${method} ${route}`, kind: 'server', under: { requestId }, attributes });
  if (!span) return null;
  response.once('close', () => {
    const { statusCode, writableFinished } = response;
    const fault = !writableFinished ? 'aborted' : statusCode >= 500 ? String(statusCode) : undefined;
    span.end({ fault, attributes: { 'http.response.status_code': statusCode } });
  });
  return span;
}

export function traceOperation(under: Span | null, { operation: { kind }, name }: Accepted): Span | null {
  if (!under) return null;
  const attributes = { 'graphql.operation.type': kind, 'graphql.operation.name': name };
  return startSpan({ service, name: `${kind} ${name}`, kind: 'internal', under, attributes });
}

export function traceFetch(under: Span | null | undefined, subgraph: string, { hostname, port }: URL): Span | null {
  if (!under) return null;
  const attributes = { 'http.request.method': 'POST', 'server.address': hostname, 'server.port': Number(port), 'stromgraph.subgraph': subgraph };
  return startSpan({ service, name: `POST ${subgraph}`, kind: 'client', under, attributes });
}
