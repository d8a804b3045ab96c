import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, Registry } from 'prom-client'

export interface Metrics extends AsyncDisposable {
  readonly registry: Registry
  /** In Prometheus' text format, with its content type. */
  read(): Promise<{ readonly type: string; readonly text: string }>
}

/** A registry with what every process tells: CPU, memory, and how late its event loop is. */
export function openMetrics(role: 'api' | 'worker'): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ role })
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
    async [Symbol.asyncDispose]() {
      registry.clear()
    },
  }
}

/** Where a worker, which has no HTTP API, tells its metrics: `GET /metrics`, and nothing else. */
export async function serveMetrics(
  metrics: Metrics,
  at: { host: string; port: number },
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
    if (!found) return void response.writeHead(404).end()
    metrics.read().then(
      ({ type, text }) => response.writeHead(200, { 'content-type': type }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(at.port, at.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
