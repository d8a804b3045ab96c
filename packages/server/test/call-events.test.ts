import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { CallId } from '../src/domain/ids.ts'
import { notifyCall } from '../src/store/notify.ts'
import { appendEvents } from '../src/store/events.ts'
import type { CallEventBody } from '@parley/contract/events'
import { type TestApi, testApi } from './http-api.ts'

const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }
const end: CallEventBody = {
  type: 'ended',
  call_status: 'completed',
  end_reason: 'agent_ended',
  error_message: null,
}

async function listening(api: TestApi): Promise<string> {
  return await api.app.listen({ host: '127.0.0.1', port: 0 })
}

async function write(
  api: TestApi,
  id: CallId,
  { events, completed }: { events: CallEventBody[]; completed?: boolean },
): Promise<void> {
  await api.database.kysely.transaction().execute(async trx => {
    await appendEvents(trx, id, events)
    if (completed) await trx.updateTable('calls').set({ completed }).where('id', '=', id).execute()
  })
}

interface Stream {
  readonly response: Response
  /** The next event of the stream; null at its end. */
  next(): Promise<{ id: string; event: string; data: { sequence: number; type: string } } | null>
  close(): Promise<void>
}

async function follow(url: string, o: { key: string; lastEventId?: string }): Promise<Stream> {
  const response = await fetch(url, {
    headers: {
      authorization: `Bearer ${o.key}`,
      ...(o.lastEventId === undefined ? {} : { 'last-event-id': o.lastEventId }),
    },
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    response,
    async next() {
      for (;;) {
        const at = text.indexOf('\n\n')
        if (at >= 0) {
          const frame = text.slice(0, at)
          text = text.slice(at + 2)
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1]
          if (field('data') === undefined) continue
          return { id: field('id')!, event: field('event')!, data: JSON.parse(field('data')!) }
        }
        const { done, value } = await reader.read()
        if (done) return null
        text += value
      }
    },
    close: () => reader.cancel(),
  }
}

test('a follower gets what was, what comes, and the end; resuming skips what was seen', async () => {
  const api = await testApi()
  const base = await listening(api)
  const id = (await api.send('POST', '/v1/calls', { body })).body.call_id as CallId
  const url = `${base}/v1/calls/${id}/events`
  const stream = await follow(url, api)
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream')
  expect(await stream.next()).toMatchObject({ id: '1', event: 'queued', data: { sequence: 1 } })
  await write(api, id, { events: [{ type: 'dialing', attempt: 1 }, { type: 'ringing' }] })
  await notifyCall(api.database, id)
  expect(await stream.next()).toMatchObject({ id: '2', event: 'dialing', data: { attempt: 1 } })
  expect(await stream.next()).toMatchObject({ id: '3', event: 'ringing' })
  const resumed = await follow(url, { key: api.key, lastEventId: '2' })
  expect(await resumed.next()).toMatchObject({ id: '3' })
  await write(api, id, { events: [end] })
  await notifyCall(api.database, id)
  expect(await stream.next()).toMatchObject({ id: '4', event: 'ended' })
  await write(api, id, { events: [{ type: 'analysed', summary: 'ok', disposition: null }], completed: true })
  await notifyCall(api.database, id)
  expect(await stream.next()).toMatchObject({ id: '5', event: 'analysed' })
  expect(await stream.next()).toBeNull()
  const replay = await follow(url, api)
  for (const n of [1, 2, 3, 4, 5]) expect(await replay.next()).toMatchObject({ id: String(n) })
  expect(await replay.next()).toBeNull()
  const nothingNew = await api.send('GET', `/v1/calls/${id}/events`, { headers: { 'last-event-id': '5' } })
  expect(nothingNew.status).toBe(204)
  const nonsense = await api.send('GET', `/v1/calls/${id}/events`, { headers: { 'last-event-id': 'x' } })
  expect(nonsense.status).toBe(400)
})

test('an event whose notification is lost comes with the next look', async () => {
  const api = await testApi()
  const base = await listening(api)
  const id = (await api.send('POST', '/v1/calls', { body })).body.call_id as CallId
  const stream = await follow(`${base}/v1/calls/${id}/events`, api)
  await stream.next()
  await write(api, id, { events: [{ type: 'ringing' }] })
  expect(await stream.next()).toMatchObject({ id: '2', event: 'ringing' })
  await stream.close()
})

test('closing the server ends open streams', async () => {
  const api = await testApi()
  const base = await listening(api)
  const id = (await api.send('POST', '/v1/calls', { body })).body.call_id
  const stream = await follow(`${base}/v1/calls/${id}/events`, api)
  await stream.next()
  await api.app.close()
  expect(await stream.next()).toBeNull()
  const { port } = new URL(base)
  const probe = createServer()
  await new Promise<void>(bound => probe.listen(Number(port), '127.0.0.1', bound))
  await new Promise(closed => probe.close(closed))
})

test('whoever hung up before the stream began holds no room for one', async () => {
  const api = await testApi({ mostStreams: 2 })
  const id = (await api.send('POST', '/v1/calls', { body })).body.call_id
  const url = `${await listening(api)}/v1/calls/${id}/events`
  const headers = { authorization: `Bearer ${api.key}` }
  const hangUp = ({ socket }: IncomingMessage) => void socket.destroy()
  api.app.server.prependListener('request', hangUp)
  for (const _ of [1, 2, 3]) await expect(fetch(url, { headers })).rejects.toThrow()
  // Their requests are done with before this one is.
  expect((await api.send('GET', '/v1/calls')).status).toBe(200)
  api.app.server.off('request', hangUp)
  const answer = await fetch(url, { headers })
  expect(answer.status).toBe(200)
  await answer.body?.cancel()
})
