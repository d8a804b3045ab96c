import { expect, test } from 'vitest'
import type { NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { appendPastEvents } from '../src/store/events.ts'
import { writeCallEvents } from '../src/store/transcript.ts'
import { testAccount, testCall } from './accounts.ts'
import { testApi } from './http-api.ts'

const latency = {
  endpoint_ms: 300,
  recognition_ms: null,
  first_token_ms: 200,
  first_audio_ms: 350,
  voice_to_voice_ms: 670,
}

test('the timeline tells phases, turns and the prompt, by when things occurred and not when they were stored', async () => {
  const api = await testApi()
  const id = await testCall(api.database, api.accountId)
  await appendPastEvents(api.database.kysely, id, [
    { event: { type: 'queued' }, ageMs: 5_000 },
    { event: { type: 'dialing', attempt: 1 }, ageMs: 4_900 },
  ])
  const now = Date.now()
  const nodeId = newId<NodeId>()
  await api.database.kysely.updateTable('calls').set({ status: 'in_progress', node_id: nodeId }).execute()
  await writeCallEvents(api.database, { callId: id, nodeId }, [
    { event: { type: 'ringing' }, atMs: now - 4_000 },
    { event: { type: 'answered', mode: 'legacy', model: 'm', voice: 'v' }, atMs: now - 3_000 },
    { event: { type: 'prompt', text: 'You are on the phone.' }, atMs: now - 3_000 },
    { event: { type: 'partial_transcript', user: 'user', text: 'Ye', at_ms: 900 }, atMs: now - 2_100 },
    { event: { type: 'turn_latency', turn: 1, latency, at_ms: 1_670 }, atMs: now - 1_300 },
  ])
  const { status, body } = await api.send('GET', `/v1/calls/${id}/timeline`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ call_id: id, prompt: 'You are on the phone.' })
  const near = (ms: number) => expect.closeTo(ms, -3)
  expect(body.answered_ms).toEqual(near(2_000))
  const { spans } = body as { spans: { kind: string; start_ms: number; end_ms: number | null }[] }
  expect(spans.map(({ kind }) => kind)).toEqual([
    'queue',
    'dial',
    'ring',
    'talk',
    'turn',
    'endpoint',
    'model',
    'synthesis',
    'playout',
  ])
  expect(spans.find(({ kind }) => kind === 'talk')).toMatchObject({
    start_ms: body.answered_ms,
    end_ms: null,
  })
  expect(spans.find(({ kind }) => kind === 'turn')).toMatchObject({
    start_ms: body.answered_ms + 1_000,
    end_ms: body.answered_ms + 1_670,
  })
  const ring = spans.find(({ kind }) => kind === 'ring')
  expect((ring?.end_ms ?? 0) - (ring?.start_ms ?? 0)).toBe(1_000)
})

test('another account has no such call', async () => {
  const api = await testApi()
  const id = await testCall(api.database, await testAccount(api.database))
  expect((await api.send('GET', `/v1/calls/${id}/timeline`)).status).toBe(404)
})

test('each answer is told to the metrics by its route, and these can be read without a key', async () => {
  const told: unknown[] = []
  const api = await testApi({
    metrics: {
      read: async () => ({ type: 'text/plain; version=0.0.4', text: 'parley_up 1\n' }),
      onAnswer: answer => told.push(answer),
    },
  })
  await api.send('GET', '/v1/calls/5?phone=%2B14155551234')
  const ms: number = expect.any(Number)
  expect(told).toEqual([{ method: 'GET', route: '/v1/calls/:id', status: 404, ms }])
  const metrics = await api.app.inject('/metrics')
  expect([metrics.statusCode, metrics.headers['content-type'], metrics.body]).toEqual([
    200,
    'text/plain; version=0.0.4',
    'parley_up 1\n',
  ])
})
