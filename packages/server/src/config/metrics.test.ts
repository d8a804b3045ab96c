import { expect, test } from 'vitest'
import { openMetrics, serveMetrics } from './metrics.ts'

test('a worker tells its metrics and whether it takes calls, and nothing else', async () => {
  let takesCalls = false
  await using metrics = openMetrics('worker')
  const at = { host: '127.0.0.1', port: 0, takesCalls: () => takesCalls }
  await using server = await serveMetrics(metrics, at)
  const told = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  expect(told.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  // Nothing was measured yet in a process that is this young.
  expect(await told.text()).toMatch(/^nodejs_eventloop_lag_p99_seconds\{role="worker"\} (\d\S*|Nan|NaN)$/m)
  const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status
  expect(await statusOf('/')).toBe(404)
  expect(await statusOf('/healthz')).toBe(200)
  expect(await statusOf('/readyz')).toBe(503)
  takesCalls = true
  expect(await statusOf('/readyz')).toBe(200)
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' })).status).toBe(404)
})
