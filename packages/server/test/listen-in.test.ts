import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { CallAudio } from '../src/dialer/call-audio.ts'
import type { ApiKeyId, CallId, NodeId } from '../src/domain/ids.ts'
import { isListeningAllowed } from '../src/domain/live-audio.ts'
import { newId } from '../src/domain/new-id.ts'
import { announceInternalUrl, joinNodes } from '../src/store/nodes.ts'
import { openListenerLine } from '../src/telephony/listeners/listener-line.ts'
import { type TestApi, testApi } from './http-api.ts'

/** As the test API has it. */
const secret = Buffer.alloc(32, 6)
const callee = encodeMulaw(new Int16Array(160).fill(1_000))
const agent = encodeMulaw(new Int16Array(160).fill(-2_000))

let api: TestApi
let port: number
let audio: CallAudio
let play: (heard: Uint8Array, played: Uint8Array) => void
let id: CallId

/** A call that is talked, and the worker that has it. */
beforeEach(async () => {
  api = await testApi({ mostStreams: 3 })
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  port = (api.app.server.address() as AddressInfo).port
  audio = new CallAudio()
  audio.attach({ tap: sink => void (play = (heard, played) => sink(heard, played, 0)) })
  const line = await openListenerLine({ host: '127.0.0.1', port: 0 }, (callId, url) =>
    callId === id && isListeningAllowed(callId, url, { secret, now: Date.now() / 1_000 })
      ? ear => audio.listen(ear)
      : null,
  )
  onTestFinished(() => line[Symbol.asyncDispose]())
  const nodeId = newId<NodeId>()
  await joinNodes(api.database, nodeId)
  await announceInternalUrl(api.database, nodeId, `ws://127.0.0.1:${line.port}`)
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
  id = (await api.send('POST', '/v1/calls', { body })).body.call_id
  const talked = { status: 'in_progress', answered_at: new Date(), node_id: nodeId } as const
  await api.database.kysely.updateTable('calls').set(talked).execute()
})

interface Listener {
  readonly socket: WebSocket
  readonly texts: Record<string, unknown>[]
  readonly frames: Buffer[]
  /** Of the answer that refused it; 101: it is open. */
  readonly status: Promise<number>
}

function listen(o: { key?: string; query?: string; call?: string } = {}): Listener {
  const headers = o.key === undefined ? {} : { authorization: `Bearer ${o.key}` }
  const url = `ws://127.0.0.1:${port}/v1/calls/${o.call ?? id}/listen${o.query ?? ''}`
  const socket = new WebSocket(url, { headers, perMessageDeflate: false })
  onTestFinished(() => socket.terminate())
  const status = new Promise<number>(resolve => {
    socket.once('upgrade', () => resolve(101))
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
  })
  const listener: Listener = { socket, texts: [], frames: [], status }
  socket.on('error', () => undefined)
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) listener.frames.push(data)
    else listener.texts.push(JSON.parse(data.toString()) as Record<string, unknown>)
  })
  return listener
}

test('both sides as they sound, first what they are, until the call is over', async () => {
  const { socket, texts, frames } = listen({ key: api.key })
  await expect.poll(() => texts).toHaveLength(1)
  expect(texts[0]).toEqual({
    type: 'hello',
    call_id: id,
    encoding: 'pcm_s16le',
    sample_rate_hz: 8_000,
    channels: ['callee', 'agent'],
    frame_ms: 20,
  })
  play(callee, agent)
  play(callee, agent)
  await expect.poll(() => frames).toHaveLength(2)
  expect(frames[1]).toHaveLength(640)
  expect(frames[1]?.readInt16LE(4 * 100)).toBeGreaterThan(900)
  expect(frames[1]?.readInt16LE(4 * 100 + 2)).toBeLessThan(-1_800)
  const closed = once(socket, 'close')
  audio.end()
  expect((await closed)[0]).toBe(1000)
})

test('a token opens one connection, without a key', async () => {
  const { body, status } = await api.send('POST', `/v1/calls/${id}/listen`)
  expect(status).toBe(201)
  expect(body.url).toBe(`ws://api.test/v1/calls/${id}/listen?token=${body.token}`)
  expect(Date.parse(body.expires_at) - Date.now()).toBeLessThanOrEqual(60_000)
  const query = `?token=${body.token}`
  const first = listen({ query })
  expect(await first.status).toBe(101)
  await expect.poll(() => first.texts).toHaveLength(1)
  expect(await listen({ query }).status).toBe(401)
})

test('a token is good for its own call and for its time', async () => {
  const { body } = await api.send('POST', `/v1/calls/${id}/listen`)
  expect(await listen({ query: `?token=${body.token}`, call: newId<CallId>() }).status).toBe(401)
  expect(await listen({ query: '?token=nonsense' }).status).toBe(401)
  await api.database.kysely
    .updateTable('listen_tickets')
    .set({ expires_at: new Date(Date.now() - 1) })
    .execute()
  expect(await listen({ query: `?token=${body.token}` }).status).toBe(401)
})

/** What becomes of a key, and with it of the tokens that it asked for. */
const endings: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  revoked: id => api.send('DELETE', `/v1/api-keys/${id}`),
  expired: id =>
    api.database.kysely
      .updateTable('api_keys')
      .set({ expires_at: new Date(Date.now() - 1) })
      .where('id', '=', id as ApiKeyId)
      .execute(),
}

test.each(Object.entries(endings))('a token hears no more once its key is %s', async (_, end) => {
  const body = { name: 'listener', scopes: ['calls:read'] }
  const made = (await api.send('POST', '/v1/api-keys', { body })).body
  const token = async () =>
    (await api.send('POST', `/v1/calls/${id}/listen`, { key: made.key })).body.token as string
  const live = listen({ query: `?token=${await token()}` })
  await expect.poll(() => live.texts).toHaveLength(1)
  const unused = await token()
  const others = listen({ key: api.key })
  await expect.poll(() => others.texts).toHaveLength(1)
  const closed = once(live.socket, 'close')
  await end(made.id as string)
  const endedAt = performance.now()
  expect(await listen({ query: `?token=${unused}` }).status).toBe(401)
  const [code, reason] = await closed
  expect(performance.now() - endedAt).toBeLessThan(2_000)
  expect([code, String(reason)]).toEqual([1008, 'the key is no longer good'])
  play(callee, agent)
  await expect.poll(() => others.frames).toHaveLength(1)
})

test('a token is none of a key that may no longer read calls', async () => {
  const body = { name: 'listener', scopes: ['calls:read', 'leads:read'] }
  const { id: keyId, key } = (await api.send('POST', '/v1/api-keys', { body })).body
  const { token } = (await api.send('POST', `/v1/calls/${id}/listen`, { key })).body
  await api.send('PATCH', `/v1/api-keys/${keyId}`, { body: { scopes: ['leads:read'] } })
  expect(await listen({ query: `?token=${token}` }).status).toBe(401)
})

test('who may not listen in is refused before the upgrade', async () => {
  const { key } = await api.stranger()
  expect(await listen({ key }).status).toBe(404)
  expect(await listen().status).toBe(401)
  expect(await listen({ key: await api.keyWith(['leads:read']) }).status).toBe(403)
  expect((await api.send('POST', `/v1/calls/${id}/listen`, { key })).status).toBe(404)
  expect(await api.send('GET', `/v1/calls/${id}/listen`)).toMatchObject({
    status: 426,
    headers: { upgrade: 'websocket' },
  })
  await api.database.kysely.updateTable('calls').set({ answered_at: null }).execute()
  expect(await listen({ key: api.key }).status).toBe(409)
})

test('a worker that is gone is told by closing', async () => {
  await api.database.kysely
    .updateTable('nodes')
    .set({ lease_until: new Date(0) })
    .execute()
  const { socket } = listen({ key: api.key })
  const [code, reason] = await once(socket, 'close')
  expect([code, String(reason)]).toEqual([1011, 'The worker that has the call is gone'])
})

test('who stops listening is forgotten by the worker', async () => {
  const { socket, texts } = listen({ key: api.key })
  await expect.poll(() => texts).toHaveLength(1)
  const others = listen({ key: api.key })
  await expect.poll(() => others.texts).toHaveLength(1)
  socket.close()
  await once(socket, 'close')
  play(callee, agent)
  await expect.poll(() => others.frames).toHaveLength(1)
})

test('an account has only so many open, as listeners and event streams, and others have theirs', async () => {
  const { key } = await api.stranger()
  const followed = new AbortController()
  onTestFinished(() => followed.abort())
  const follow = async (signal: AbortSignal | null = null) =>
    await fetch(`http://127.0.0.1:${port}/v1/calls/${id}/events`, {
      headers: { authorization: `Bearer ${api.key}` },
      signal,
    })
  expect((await follow(followed.signal)).status).toBe(200)
  const listeners = [listen({ key: api.key }), listen({ key: api.key })]
  for (const { texts } of listeners) await expect.poll(() => texts).toHaveLength(1)
  expect(await listen({ key: api.key }).status).toBe(429)
  const refused = await follow()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('5')
  // Whoever is not of the account is told nothing of it.
  expect(await listen({ key }).status).toBe(404)
  listeners[0]?.socket.close()
  await expect.poll(() => listen({ key: api.key }).status).toBe(101)
})
