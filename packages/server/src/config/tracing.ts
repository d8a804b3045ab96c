import type { Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Config } from './config.ts'

export interface Tracing extends AsyncDisposable {
  readonly tracer: Tracer
}

const sendWithinMs = 5_000

/** Traces go to the collector of OTEL_EXPORTER_OTLP_ENDPOINT by OTLP over HTTP. Null: nobody wants them. */
export function openTracing(config: Config, role: 'worker'): Tracing | null {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT
  if (endpoint === undefined) return null
  // The path is part of the specification of the setting (OTLP exporter, "Endpoint URLs for OTLP/HTTP").
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: sendWithinMs })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME,
      'service.namespace': 'parley',
      'parley.role': role,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  return {
    tracer: provider.getTracer('parley'),
    [Symbol.asyncDispose]: () => provider.shutdown(),
  }
}
