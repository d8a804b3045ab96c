import { expect, test } from 'vitest'
import { openMetrics, serveMetrics } from './metrics.ts'

test('a worker tells its metrics, and nothing else', async () => {
  await using metrics = openMetrics('worker')
  await using server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 })
  const told = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  expect(told.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  // Nothing was measured yet in a process that is this young.
  expect(await told.text()).toMatch(/^nodejs_eventloop_lag_p99_seconds\{role="worker"\} (\d\S*|Nan|NaN)$/m)
  expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404)
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' })).status).toBe(404)
})
