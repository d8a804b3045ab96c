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

/**
 * Where a worker, which has no HTTP API, tells its metrics and how it is: `GET /metrics`, `/healthz` (the process
 * answers) and `/readyz` (it takes calls, else 503).
 */
export async function serveMetrics(
  metrics: Metrics,
  { host, port, takesCalls }: { host: string; port: number; takesCalls: () => boolean },
): Promise<AsyncDisposable & { readonly port: number }> {
  const answer = async (
    path: string | undefined,
  ): Promise<{ status: number; type?: string; text: string }> => {
    if (path === '/metrics') return { status: 200, ...(await metrics.read()) }
    if (path === '/healthz') return { status: 200, text: 'ok\n' }
    if (path !== '/readyz') return { status: 404, text: '' }
    return takesCalls() ? { status: 200, text: 'ok\n' } : { status: 503, text: 'takes no calls\n' }
  }
  const server = createServer((request, response) => {
    if (request.method !== 'GET') return void response.writeHead(404).end()
    answer(request.url?.split('?')[0]).then(
      ({ status, type = 'text/plain', text }) =>
        response.writeHead(status, { 'content-type': type }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(port, host)
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
