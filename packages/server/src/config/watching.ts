import type { Logger } from 'pino'
import type { WatchCall } from '../domain/call-watch.ts'
import { watchBy } from '../domain/call-watch.ts'
import type { Voices } from '../speech/port.ts'
import { callMetrics, type LiveCallCount } from '../telemetry/call-metrics.ts'
import { countFaults } from '../telemetry/provider-metrics.ts'
import { traceCalls } from '../telemetry/trace-call.ts'
import type { Config } from './config.ts'
import { openMetrics, serveMetrics } from './metrics.ts'
import { openTracing } from './tracing.ts'

/** Who looks on while a worker carries calls: Prometheus, and a collector of traces where one is set. */
export interface Watching extends AsyncDisposable {
  readonly watch: WatchCall
  /** The same voices, their faults counted. */
  counted(voices: Voices): Voices
}

export interface WatchingDeps {
  readonly log: Logger
  readonly countCalls: () => LiveCallCount
  /** Asked by whoever looks after processes, such as Kubernetes. */
  readonly takesCalls: () => boolean
}

export async function openWatching(
  config: Config,
  { log, countCalls, takesCalls }: WatchingDeps,
): Promise<Watching> {
  await using starting = new AsyncDisposableStack()
  const metrics = starting.use(openMetrics('worker'))
  const watchers = [callMetrics(metrics.registry, countCalls)]
  const tracing = starting.use(openTracing(config, 'worker'))
  if (tracing) watchers.push(traceCalls(tracing.tracer))
  const { PARLEY_METRICS_HOST: host, PARLEY_METRICS_PORT: port } = config
  if (port !== undefined) {
    const server = starting.use(await serveMetrics(metrics, { host, port, takesCalls }))
    log.info({ port: server.port }, 'metrics can be read at /metrics')
  }
  const running = starting.move()
  return {
    watch: watchBy(watchers),
    counted: voices => countFaults(voices, metrics.registry),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
