import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { makeCall } from './make-call.ts'
import type { House } from './open-house.ts'
import { readOptions } from './options.ts'
import { showResult, toJson } from './result-view.ts'
import { createInk } from './transcript-view.ts'
import { openWebhookReceiver } from './webhook-receiver.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const callId = '0199aaaa-0000-7000-8000-000000000001'
const report = {
  id: callId,
  status: 'completed',
  call_status: 'completed',
  end_reason: 'agent_ended',
  error_message: null,
  call_summary: 'John confirmed.',
  duration: 0.35,
  recording_url: null,
  latency: { turns: 2, voice_to_voice_p50_ms: 431, p95_ms: 500 },
}
const events = ['queued', 'dialing', 'ringing', 'recording_ready'].map((type, at) => ({
  sequence: at + 1,
  occurred_at: '2026-01-01T00:00:00.000Z',
  type,
}))

/** Stands in for the platform: loses the event stream once in the middle, then sends the webhook. */
async function openPlatform() {
  const asked: { method: string; path: string; key: string; lastId: string; body: string }[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then(async body => {
      const { method = '', url = '', headers } = request
      asked.push({
        method,
        path: url,
        key: headers.authorization ?? '',
        lastId: String(headers['last-event-id'] ?? ''),
        body,
      })
      await answer(response, asked)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    asked,
    baseUrl: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(
  response: ServerResponse,
  asked: { method: string; path: string; lastId: string; body: string }[],
) {
  const { method, path, lastId } = asked.at(-1)!
  const json = (status: number, value: object): unknown =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (path === '/v1/api-keys') return json(201, { key: 'pk_live_demo' })
  if (method === 'POST') return json(201, { call_id: callId, status: 'queued' })
  if (!path.endsWith('/events')) return json(200, report)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const rest = events.filter(({ sequence }) => sequence > Number(lastId || 0))
  for (const event of lastId === '' ? rest.slice(0, 2) : rest) {
    response.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  if (lastId === '') return setTimeout(() => response.destroy(), 50)
  const placed = asked.find(one => one.path === '/v1/calls')
  await sendWebhook((JSON.parse(placed!.body) as { webhook_url: string }).webhook_url)
  return response.end()
}

async function sendWebhook(url: string): Promise<void> {
  const body = JSON.stringify({ ...report, event: 'call.completed' })
  const now = new Date()
  const signature = new Webhook(secret).sign('m', now, body)
  const stamp = String(Math.floor(now.getTime() / 1_000))
  const headers = { 'webhook-id': 'm', 'webhook-timestamp': stamp, 'webhook-signature': signature }
  await fetch(url, { method: 'POST', headers, body })
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request) body += String(part)
  return body
}

test('places the call, follows it across a lost connection, and reports what came of it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-call-'))
  await mkdir(join(dataDir, 'recordings'))
  await writeFile(join(dataDir, 'recordings', `${callId}.wav`), 'RIFF')
  using platform = await openPlatform()
  await using receiver = await openWebhookReceiver(secret)
  const house: House = {
    baseUrl: platform.baseUrl,
    adminKey: 'pk_live_admin',
    sip: { host: '127.0.0.1', port: 5_060 },
    receiver,
    serverLog: '',
    personLog: '',
    broken: new Promise(() => undefined),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const seen: string[] = []
  const options = readOptions(['--mode', 'legacy', '--data-dir', dataDir])
  const made = await makeCall(
    house,
    { options, show: ({ type }) => seen.push(type) },
    AbortSignal.timeout(10_000),
  )
  expect(seen).toEqual(['queued', 'dialing', 'ringing', 'recording_ready'])
  expect(platform.asked.map(({ method, path, key, lastId }) => [method, path, key, lastId])).toEqual([
    ['POST', '/v1/api-keys', 'Bearer pk_live_admin', ''],
    ['POST', '/v1/calls', 'Bearer pk_live_demo', ''],
    ['GET', `/v1/calls/${callId}/events`, 'Bearer pk_live_demo', ''],
    ['GET', `/v1/calls/${callId}/events`, 'Bearer pk_live_demo', '2'],
    ['GET', `/v1/calls/${callId}`, 'Bearer pk_live_demo', ''],
  ])
  expect(JSON.parse(platform.asked[1]!.body)).toMatchObject({
    phone_number: '+14155551234',
    mode: 'legacy',
    webhook_url: receiver.url,
    request_data: { patient_name: 'John Smith' },
  })
  expect(JSON.parse(toJson(house, made))).toEqual({
    base_url: platform.baseUrl,
    api_key: 'pk_live_demo',
    call_id: callId,
    recording_path: join(dataDir, 'recordings', `${callId}.wav`),
    webhook: { verified: true, event: 'call.completed' },
    sip: { host: '127.0.0.1', port: 5_060 },
  })
  const shown = showResult(made, createInk(false)).join('\n')
  expect(shown).toMatch(/completed · agent ended · 21 s · answers after 431 ms/)
  expect(shown).toMatch(/call\.completed, signature verified/)
  await rm(dataDir, { recursive: true })
})
