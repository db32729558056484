// What OpenTelemetry's SDK does for trace.ts; loaded only when traces are wanted.
import { type Context, ROOT_CONTEXT, type Span as OtelSpan, SpanKind, SpanStatusCode, trace, TraceFlags, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type IdGenerator, RandomIdGenerator, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Span, SpanOptions, Tracing } from './trace.ts';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL };
const MAX_ATTRIBUTE_LENGTH = 2_000;
/** How long the last spans may take when a process ends. */
const STOP_MS = 3_000;

/**
 * A request's id is its trace's id, and half of it the id of its first span: whoever holds the correlation id of an event or a
 * job can go on with the trace, and a line of a log leads to it. Whether a trace is kept follows from its id alone, so every
 * process decides alike (OTEL_TRACES_SAMPLER_ARG, a share, the same everywhere).
 */
export function openTracing(env: Readonly<Record<string, string | undefined>>): Tracing {
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    ...(env['OTEL_BSP_SCHEDULE_DELAY'] && { scheduledDelayMillis: Number(env['OTEL_BSP_SCHEDULE_DELAY']) }),
  });
  const sampler = new TraceIdRatioBasedSampler(Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1));
  const ids = makeIds();
  const tracers = new Map<string, Tracer>();
  const of = new WeakMap<Span, Context>();

  function tracerOf(service: string): Tracer {
    const known = tracers.get(service);
    if (known) return known;
    const provider = new TracerProvider({
      sampler,
      idGenerator: ids.generator,
      spanProcessors: [processor],
      spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
      resource: resourceFromAttributes({ 'service.name': `${env['OTEL_SERVICE_NAME'] ?? 'stromgraph'}-${service}` }),
    });
    const tracer = provider.getTracer('stromgraph');
    tracers.set(service, tracer);
    return tracer;
  }

  function start({ service, name, kind, attributes = {}, under }: SpanOptions): Span | null {
    const { context, first } = 'requestId' in under ? contextOf(under, kind) : { context: of.get(under) ?? ROOT_CONTEXT, first: null };
    const span = ids.choose(first, () => tracerOf(service).startSpan(name, { kind: KINDS[kind], attributes: { ...attributes } }, context));
    if (!span.isRecording()) return null;
    const ours = spanOf(span, service);
    of.set(ours, trace.setSpan(ROOT_CONTEXT, span));
    return ours;
  }

  return {
    start,
    stop: async () => {
      const late = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref());
      await Promise.race([processor.shutdown().catch(() => {}), late]); // a collector that is away stops nobody
    },
  };
}

type Ids = Readonly<{ traceId: string; spanId: string }>;

/** The gateway begins a trace by the request's id; the next process is told its parent, and an event or job goes below the first span. */
function contextOf({ requestId, traceparent }: Readonly<{ requestId: string; traceparent?: string | undefined }>, kind: SpanOptions['kind']): { context: Context; first: Ids | null } {
  const own = idsOf(requestId);
  if (!own) return { context: ROOT_CONTEXT, first: null };
  const [, said] = /^00-[0-9a-f]{32}-([0-9a-f]{16})-01$/.exec(traceparent ?? '') ?? [];
  if (said) return below({ traceId: own.traceId, spanId: said });
  return kind === 'consumer' && isMadeByGateway(requestId) ? below(own) : { context: ROOT_CONTEXT, first: own };
}

const below = ({ traceId, spanId }: Ids) => ({ context: trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true }), first: null });

function idsOf(requestId: string): Ids | null {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(requestId)) return null;
  const traceId = requestId.replaceAll('-', '');
  return { traceId, spanId: traceId.slice(16) };
}

/** Its ids are random (version 4); what begins without a request has an id that tells the time. */
const isMadeByGateway = (requestId: string): boolean => requestId[14] === '4';

function spanOf(span: OtelSpan, service: string): Span {
  const { traceId, spanId } = span.spanContext();
  return {
    service,
    traceparent: `00-${traceId}-${spanId}-01`,
    end: ({ fault, attributes } = {}) => {
      if (attributes) span.setAttributes({ ...attributes });
      if (fault !== undefined) span.setAttribute('error.type', fault).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** The SDK asks for ids while it starts a span, so what was chosen is what the next one gets. */
function makeIds(): { generator: IdGenerator; choose: <T>(ids: Ids | null, start: () => T) => T } {
  const random = new RandomIdGenerator();
  let chosen: Ids | null = null;
  return {
    generator: { generateTraceId: () => chosen?.traceId ?? random.generateTraceId(), generateSpanId: () => chosen?.spanId ?? random.generateSpanId() },
    choose: (ids, start) => {
      chosen = ids;
      try {
        return start();
      } finally {
        chosen = null;
      }
    },
  };
}
