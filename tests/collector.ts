// Takes OpenTelemetry traces as a collector does: OTLP over HTTP, in JSON.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number };
export type CollectedSpan = Readonly<{ traceId: string; spanId: string; parentSpanId?: string; name: string; kind: number; service: string; attributes: Record<string, string | number>; failed: boolean }>;
type Body = { resourceSpans: { resource: { attributes: { key: string; value: Value }[] }; scopeSpans: { spans: (Omit<CollectedSpan, 'attributes' | 'service' | 'failed'> & { attributes: { key: string; value: Value }[]; status: { code?: number } })[] }[] }[] };

export type Collector = Readonly<{ url: string; spans: CollectedSpan[]; /** All that came, as it came. */ raw: () => string; stop: () => Promise<void> }>;

const ERROR = 2;

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
    if (request.url !== '/v1/traces') return void response.writeHead(404).end();
    bodies.push(text);
    for (const { resource, scopeSpans } of (JSON.parse(text) as Body).resourceSpans) {
      const service = String(attributesOf(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ ...span, service, attributes: attributesOf(span.attributes), failed: span.status.code === ERROR });
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    raw: () => bodies.join('\n'),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const attributesOf = (list: readonly { key: string; value: Value }[]): Record<string, string | number> =>
  Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]));
