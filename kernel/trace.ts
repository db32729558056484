// OpenTelemetry traces of what is done for a request, from the gateway to the last job; off, and without any cost, unless an endpoint is set.
import { type Cause, causeOf, inCause } from './cause.ts';

export type Attributes = Readonly<Record<string, string | number>>;

/** Never says a name, a value or a parameter of a customer's: attributes are names of ours, kinds, counts and ids. */
export type SpanOptions = Readonly<{
  /** Of whose work: `gateway`, or a domain. */
  service: string;
  name: string;
  kind: 'server' | 'client' | 'consumer' | 'internal';
  attributes?: Attributes;
  /** The span around it: one of this process, the header of a caller, or the request by whose id the trace is known. */
  under: Span | Readonly<{ requestId: string; traceparent?: string | undefined }>;
}>;

export type Span = Readonly<{
  service: string;
  /** W3C trace context, for the header to the next process. */
  traceparent: string;
  /** Ends it; `fault` is a code, never a message, since messages quote values. */
  end: (said?: Readonly<{ fault?: string | undefined; attributes?: Attributes }>) => void;
}>;

export type Tracing = Readonly<{ start: (options: SpanOptions) => Span | null; stop: () => Promise<void> }>;

let tracing: Tracing | null = null;

/** Reads the OTEL_… variables. Returns what sends the last spans and ends it. */
export async function startTracing(env: Readonly<Record<string, string | undefined>> = process.env): Promise<() => Promise<void>> {
  if (!env['OTEL_EXPORTER_OTLP_ENDPOINT'] && !env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) return async () => {};
  const { openTracing } = await import('./trace-export.ts');
  const opened = openTracing(env);
  tracing = opened;
  return async () => {
    tracing = null;
    await opened.stop();
  };
}

/** Null when nothing is traced, or not this request. */
export const startSpan = (options: SpanOptions): Span | null => tracing && tracing.start(options);

/** Runs `work` for a request and under a span of its own, if it is traced; what it says in SQL and in the log carries the id. */
export async function traced<T>(requestId: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const span = startSpan(options);
  const cause: Cause = { requestId, span };
  if (!span) return inCause(cause, work);
  return ended(span, inCause(cause, work));
}

/** A step of what runs now. */
export function step<T>(options: Omit<SpanOptions, 'under'>, work: () => Promise<T>): Promise<T> {
  const cause = causeOf();
  const span = cause?.span ? startSpan({ ...options, under: cause.span }) : null;
  return span ? ended(span, inCause({ ...cause!, span }, work)) : work();
}

export function ended<T>(span: Span, work: Promise<T>): Promise<T> {
  void work.then(
    () => span.end(),
    (error: unknown) => span.end({ fault: faultOf(error) }),
  );
  return work;
}

/** A code, or the kind of error. */
export function faultOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error';
}
