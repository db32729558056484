import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { startSpan, startTracing } from './trace.ts';

const options = (requestId: string) => ({ service: 'here', name: 'work', kind: 'server', under: { requestId } }) as const;
let end = async () => {};
afterEach(async () => {
  await end();
  end = async () => {};
  vi.unstubAllEnvs();
});

test('nothing is traced without an endpoint', async () => {
  await startTracing({});
  expect(startSpan(options(randomUUID()))).toBeNull();
});

test('a request’s id is its trace’s, half of it its first span’s; who is called goes on below the caller', async () => {
  end = await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  const requestId = randomUUID();
  const hex = requestId.replaceAll('-', '');
  const first = startSpan(options(requestId))!;
  expect(first.traceparent).toBe(`00-${hex}-${hex.slice(16)}-01`);
  const called = startSpan({ ...options(requestId), under: { requestId, traceparent: `00-${hex}-${'a'.repeat(16)}-01` } })!;
  expect(called.traceparent).toMatch(new RegExp(`^00-${hex}-(?!a{16})[0-9a-f]{16}-01$`));
  for (const span of [first, called]) span.end();
});

test('the share that is kept follows from the id, so that every process decides alike', async () => {
  end = await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_TRACES_SAMPLER_ARG: '0.5' });
  const ids = Array.from({ length: 400 }, () => randomUUID());
  const kept = ids.map((id) => startSpan(options(id)) !== null);
  expect(ids.map((id) => startSpan(options(id)) !== null)).toEqual(kept);
  expect(kept.filter(Boolean).length).toBeGreaterThan(120);
  expect(kept.filter(Boolean).length).toBeLessThan(280);
});
