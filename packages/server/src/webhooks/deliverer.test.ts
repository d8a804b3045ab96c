import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import pino from 'pino'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'
import { storedAccount, storedCall } from '../../test/stored-call.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import { createOutgoing, type Outgoing } from '../outgoing/outgoing.ts'
import { enqueueWebhook } from '../store/outbox.ts'
import { type DelivererLimits, openDeliverer } from './deliverer.ts'

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

/** What receivers got: the message as it came, and how to answer it. */
interface Received {
  readonly request: IncomingMessage
  readonly body: string
}

describe('delivering webhooks', () => {
  let opened: TestDatabase
  let outgoing: Outgoing
  let account: AccountId
  let callId: CallId
  let callObject: (id: CallId) => Promise<object | null>
  const receivers: Server[] = []
  const db = () => opened.database.kysely

  beforeAll(async () => {
    opened = await testDatabase()
    outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'] })
    account = await storedAccount(opened.database)
    callId = await storedCall(opened.database, account)
  })
  afterAll(async () => {
    await outgoing[Symbol.asyncDispose]()
    await opened[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    callObject = id => Promise.resolve({ id, status: 'completed', metadata: { order: '¼ Ω' } })
    await db().deleteFrom('webhook_deliveries').execute()
  })
  afterEach(() => {
    for (const server of receivers.splice(0)) {
      server.close()
      server.closeAllConnections()
    }
  })

  async function receiver(host: string, answer: (response: ServerResponse, got: Received[]) => void) {
    const got: Received[] = []
    const server = createServer((request, response) => {
      text(request).then(
        body => {
          got.push({ request, body })
          answer(response, got)
        },
        () => undefined, // The sender went away.
      )
    })
    receivers.push(server)
    await new Promise<void>(done => server.listen(0, host, done))
    return { got, url: `http://${host}:${(server.address() as AddressInfo).port}/hook` }
  }

  const enqueue = (url: string) =>
    enqueueWebhook(db(), {
      call: { id: callId, account_id: account, webhook_url: url, webhook_events: null },
      event: 'call.completed',
    })
  const open = (limits: Partial<DelivererLimits> = {}) =>
    openDeliverer(
      {
        database: opened.database,
        outgoing,
        callObject: id => callObject(id),
        secretsOf: () => Promise.resolve([secret]),
        log: pino({ level: 'silent' }),
        clock: Date.now,
      },
      limits,
    )
  const stored = () => db().selectFrom('webhook_deliveries').selectAll().executeTakeFirstOrThrow()
  const statuses = async () =>
    (await db().selectFrom('webhook_deliveries').select('status').execute()).map(row => row.status)
  const makeDue = () =>
    db().updateTable('webhook_deliveries').set({ next_try_at: sql<Date>`now()` }).execute()

  it('sends the call object, signed', async () => {
    const { got, url } = await receiver('127.0.0.1', response => response.writeHead(204).end())
    await enqueue(url)
    await using _ = open()
    await vi.waitFor(async () => expect(await statuses()).toEqual(['delivered']), 5_000)
    const [{ request, body }] = got as [Received]
    const { id } = await stored()
    expect(new Webhook(secret).verify(body, request.headers as Record<string, string>)).toMatchObject({
      id: callId,
      status: 'completed',
      metadata: { order: '¼ Ω' },
      event: 'call.completed',
      event_id: id,
      occurred_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(request.headers).toMatchObject({ 'webhook-id': id, 'content-type': 'application/json' })
  })

  it('is woken rather than late', async () => {
    const { got, url } = await receiver('127.0.0.1', response => response.end())
    await using deliverer = open({ pollMs: 60_000 })
    await enqueue(url)
    deliverer.wake()
    await vi.waitFor(() => expect(got).toHaveLength(1), 5_000)
  })

  it('repeats the very same bytes after a failure, though the call has changed', async () => {
    const { got, url } = await receiver('127.0.0.1', (response, all) =>
      response.writeHead(all.length === 1 ? 500 : 200).end(),
    )
    await enqueue(url)
    await using _ = open({ pollMs: 50 })
    await vi.waitFor(
      async () => expect(await stored()).toMatchObject({ tries: 1, last_error: 'HTTP 500' }),
      5_000,
    )
    const waitMs = (await stored()).next_try_at.getTime() - Date.now()
    expect(Math.abs(waitMs - 60_000)).toBeLessThan(5_000)
    callObject = () => Promise.resolve({ id: callId, status: 'changed' })
    await makeDue()
    await vi.waitFor(async () => expect(await statuses()).toEqual(['delivered']), 5_000)
    expect(got.map(one => one.body)).toEqual([got[0]?.body, got[0]?.body])
    expect(got[1]?.request.headers['webhook-id']).toBe(got[0]?.request.headers['webhook-id'])
  })

  it('does not follow a redirect', async () => {
    const target = await receiver('127.0.0.1', response => response.end())
    const { url } = await receiver('127.0.0.1', response =>
      response.writeHead(307, { location: target.url }).end(),
    )
    await enqueue(url)
    await using _ = open()
    await vi.waitFor(
      async () => expect(await stored()).toMatchObject({ tries: 1, last_http_status: 307 }),
      5_000,
    )
    expect(target.got).toEqual([])
  })

  it('stops for good at 410, and when the call is gone', async () => {
    const { url } = await receiver('127.0.0.1', response => response.writeHead(410).end())
    await enqueue(url)
    await using _ = open({ pollMs: 50 })
    await vi.waitFor(async () => expect(await statuses()).toEqual(['failed']), 5_000)
    callObject = () => Promise.resolve(null)
    await enqueue(url)
    await vi.waitFor(async () => expect(await statuses()).toEqual(['failed', 'failed']), 5_000)
  })

  it('refuses inside addresses and says so', async () => {
    await using closed = createOutgoing({ allowCidrs: [] })
    const { got, url } = await receiver('127.0.0.1', response => response.end())
    const usual = outgoing
    outgoing = closed
    try {
      await enqueue(url)
      await using _ = open({ pollMs: 50 })
      await vi.waitFor(async () => expect((await stored()).last_error).toMatch(/private/), 5_000)
      expect(got).toEqual([])
    } finally {
      outgoing = usual
    }
  })

  it('has at most ten messages under way to one receiver', async () => {
    let current = 0
    let most = 0
    const { url } = await receiver('127.0.0.1', response => {
      most = Math.max(most, ++current)
      setTimeout(() => {
        current -= 1
        response.end()
      }, 100)
    })
    for (let n = 0; n < 40; n++) await enqueue(url)
    await using _ = open({ pollMs: 100 })
    await vi.waitFor(async () => expect(new Set(await statuses())).toEqual(new Set(['delivered'])), 10_000)
    expect(most).toBeLessThanOrEqual(10)
    expect(most).toBeGreaterThan(1)
  })

  it('lets slow receivers hold up nobody else', async () => {
    // Each address of 127/8 is a host of its own.
    const silent = Array.from({ length: 40 }, (_, n) => receiver(`127.0.1.${n + 1}`, () => undefined))
    const dripping = Array.from({ length: 40 }, (_, n) =>
      receiver(`127.0.2.${n + 1}`, response => {
        response.writeHead(200).write('a')
        const drip = setInterval(() => response.write('a'), 100)
        response.on('close', () => clearInterval(drip))
      }),
    )
    for (const { url } of await Promise.all([...silent, ...dripping])) {
      for (let n = 0; n < 3; n++) await enqueue(url)
    }
    const healthy = await receiver('127.0.0.1', response => response.end())
    await using deliverer = open({ graceMs: 100 })
    const before = performance.now()
    await enqueue(healthy.url)
    deliverer.wake()
    await vi.waitFor(() => expect(healthy.got).toHaveLength(1), 10_000)
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('gives back what it could not finish when it closes', async () => {
    const { got, url } = await receiver('127.0.0.1', () => undefined)
    await enqueue(url)
    const deliverer = open({ graceMs: 50 })
    await vi.waitFor(() => expect(got).toHaveLength(1), 5_000)
    await deliverer[Symbol.asyncDispose]()
    const left = await stored()
    expect(left).toMatchObject({ status: 'pending', tries: 0 })
    expect(left.next_try_at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000)
  })
})
