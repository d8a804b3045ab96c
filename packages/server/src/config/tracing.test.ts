import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { newId } from '../domain/new-id.ts'
import { talked } from '../domain/outcome.ts'
import { traceCalls } from '../telemetry/trace-call.ts'
import { readConfig } from './config.ts'
import { openTracing } from './tracing.ts'

/** A collector as OTLP over HTTP describes it: what is posted to it, by path. */
async function openCollector(): Promise<{ url: string; posted: { path: string; body: string }[] }> {
  const posted: { path: string; body: string }[] = []
  const server = createServer((request, response) => {
    void text(request).then(body => {
      posted.push({ path: request.url ?? '', body })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, posted }
}

test('spans reach the collector by OTLP, at the latest when the worker ends', async () => {
  const { url, posted } = await openCollector()
  const config = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'phones' })
  {
    await using tracing = openTracing(config, 'worker')
    if (tracing === null) throw new Error('no traces')
    const call = traceCalls(tracing.tracer)({ id: newId(), mode: 'realtime', direction: 'outbound' })
    call.told({ type: 'dialing', attempt: 1 }, Date.now())
    call.over(talked('agent_ended', 'human'), null)
  }
  expect(posted.map(({ path }) => path)).toEqual(['/v1/traces'])
  const { resourceSpans } = JSON.parse(posted[0]?.body ?? '') as {
    resourceSpans: { resource: { attributes: unknown[] }; scopeSpans: { spans: { name: string }[] }[] }[]
  }
  const [sent] = resourceSpans
  expect(sent?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'phones' } })
  expect(sent?.scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name))).toEqual(['dial', 'call'])
})

test('without a collector there are no traces', () => {
  expect(openTracing(readConfig({}), 'worker')).toBeNull()
})
