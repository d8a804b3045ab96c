import type { CallAnalysis } from '@parley/contract/analysis'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import pino from 'pino'
import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createOutgoing } from '../../src/outgoing/outgoing.ts'
import { createUrlFault } from '../../src/outgoing/url-fault.ts'
import { readWebhookSecrets } from '../../src/store/accounts.ts'
import { readCallObject } from '../../src/store/call-object.ts'
import { findCall } from '../../src/store/calls.ts'
import { finish } from '../../src/store/finish.ts'
import { enqueueAccountEvent, enqueueWebhook } from '../../src/store/outbox.ts'
import { createSealing } from '../../src/store/sealing.ts'
import { readSubscriptionSecrets } from '../../src/store/webhook-subscriptions.ts'
import { openDeliverer } from '../../src/webhooks/deliverer.ts'
import { type TestApi, testApi } from '../http-api.ts'
import { storedCall } from '../stored-call.ts'

const sealing = createSealing(Buffer.alloc(32, 5))

interface Received {
  readonly headers: Record<string, string>
  readonly text: string
  // Looked at by assertions.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

async function receiver(answer: (response: ServerResponse) => void = response => response.end()) {
  const got: Received[] = []
  const server = createServer((request: IncomingMessage, response) => {
    text(request).then(
      body => {
        got.push({ headers: request.headers as Record<string, string>, text: body, body: JSON.parse(body) })
        answer(response)
      },
      () => undefined, // The sender went away.
    )
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

/** Delivers for the API, as its process does. */
function deliverFor({ database }: TestApi) {
  const outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'] })
  const deliverer = openDeliverer(
    {
      database,
      outgoing,
      callObject: async (id, account) => {
        const row = await findCall(database, { account, id })
        return row && (await readCallObject(database, row, { publicUrl: '', secret: Buffer.alloc(32) }))
      },
      secretsOf: async ({ account_id: account, subscription_id: id }) =>
        id === null
          ? await readWebhookSecrets(database, { account, sealing })
          : await readSubscriptionSecrets(database, { id, sealing }),
      log: pino({ level: 'silent' }),
      clock: Date.now,
    },
    { pollMs: 20, graceMs: 200 },
  )
  onTestFinished(async () => {
    await deliverer[Symbol.asyncDispose]()
    await outgoing[Symbol.asyncDispose]()
  })
}

async function subscribe(api: TestApi, body: object) {
  const { body: made, status } = await api.send('POST', '/v1/webhooks', { body })
  expect(status).toBe(201)
  return made
}

/** A call that is over in this way, told of as the dialer does. */
async function endedCall(api: TestApi, disposition: string) {
  const id = await storedCall(api.database, api.accountId, {
    disposition,
    metadata: JSON.stringify({ n: 1 }),
  })
  const call = { id, account_id: api.accountId, webhook_url: null, webhook_events: null }
  await api.database.kysely.transaction().execute(async trx => {
    await enqueueWebhook(trx, { call, event: 'call.completed' })
    await enqueueWebhook(trx, { call, event: `call.completed.${disposition}` })
  })
  return id
}

test('a subscription gets the events that pass its filters, signed with its secret', async () => {
  const api = await testApi({ urlFault: createUrlFault(['127.0.0.0/8']) })
  const { got, url } = await receiver()
  const all = await subscribe(api, { event: 'call.completed', url })
  const sold = await receiver()
  await subscribe(api, { event: 'call.completed.sold', url: sold.url })
  const filtered = await receiver()
  await subscribe(api, {
    event: 'call.completed',
    url: filtered.url,
    filters: { disposition: ['so%'], 'metadata.n': 1 },
  })
  const none = await receiver()
  await subscribe(api, { event: 'call.completed', url: none.url, filters: { is_conversion: true } })
  deliverFor(api)
  const first = await endedCall(api, 'sold')
  await endedCall(api, 'refused')
  await vi.waitFor(
    () => expect([got.length, sold.got.length, filtered.got.length]).toEqual([2, 1, 1]),
    10_000,
  )
  // Two events may come in either order.
  const message = got.find(({ body }) => body.id === first)
  if (message === undefined) throw new Error('the event did not come')
  expect(new Webhook(all.secret).verify(message.text, message.headers)).toMatchObject({
    id: first,
    event: 'call.completed',
    disposition: 'sold',
    is_conversion: false,
    sequence: expect.any(Number),
    event_id: expect.any(String),
    transcript: [],
  })
  expect(sold.got[0]?.body).toMatchObject({ id: first, event: 'call.completed.sold' })
  expect(filtered.got[0]?.body).toMatchObject({ id: first })
  expect(none.got).toEqual([])
  expect(await api.database.kysely.selectFrom('webhook_events').selectAll().execute()).toEqual([])
})

/** A call of the campaign that is over, and whose analysis comes to this. */
async function analysedCall(api: TestApi, campaign: string | null, told: Partial<CallAnalysis>) {
  const answered_at = new Date()
  const callId = await storedCall(api.database, api.accountId, { answered_at, ended_at: answered_at })
  await sql`update calls set campaign_id = ${campaign} where id = ${callId}`.execute(api.database.kysely)
  const nothing = { summary: null, disposition: null, data: null, success: null, missing: [] }
  const analysis: CallAnalysis = { ...nothing, source: 'model', ...told }
  await finish(api.database, { callId, analysis, recordingStatus: 'none' })
  return callId
}

test('a conversion is what the campaign or the criteria wanted, and the filter goes by it', async () => {
  const api = await testApi({ urlFault: createUrlFault(['127.0.0.0/8']) })
  const [converted, others] = [await receiver(), await receiver()]
  await subscribe(api, { event: 'call.completed', url: converted.url, filters: { is_conversion: true } })
  await subscribe(api, { event: 'call.completed', url: others.url, filters: { is_conversion: false } })
  const list = (await api.send('POST', '/v1/lead-lists', { body: { name: 'Patients' } })).body.id
  const terms = { task: 'Greet everybody kindly.', conversion_outcomes: ['booked', 'moved'] }
  const body = { name: 'Recall', lead_list_id: list, ...terms }
  const campaign = (await api.send('POST', '/v1/campaigns', { body })).body.id
  const booked = await analysedCall(api, campaign, { disposition: 'moved' })
  const successful = await analysedCall(api, null, { success: true, disposition: 'refused' })
  const refused = await analysedCall(api, campaign, { disposition: 'refused', success: false })
  const untold = await analysedCall(api, campaign, {})
  const nobodys = await analysedCall(api, null, { disposition: 'booked' })
  // What the campaign wants from now on is no matter of calls that are over.
  await api.send('PATCH', `/v1/campaigns/${campaign}`, { body: { conversion_outcomes: ['refused'] } })
  deliverFor(api)
  await vi.waitFor(() => expect([converted.got.length, others.got.length]).toEqual([2, 3]), 10_000)
  const told = (got: readonly Received[]) => got.map(({ body: { id, is_conversion } }) => [id, is_conversion])
  expect(told(converted.got)).toEqual(expect.arrayContaining([booked, successful].map(id => [id, true])))
  expect(told(others.got)).toEqual(expect.arrayContaining([refused, untold, nobodys].map(id => [id, false])))
  expect((await api.send('GET', `/v1/calls/${booked}`)).body).toMatchObject({ is_conversion: true })
  await api.send('DELETE', `/v1/calls/${booked}`)
  expect((await api.send('GET', `/v1/calls/${booked}`)).body).toMatchObject({
    is_conversion: true,
    disposition: null,
  })
})

test('events that are no call’s go out, too, and those of other accounts do not', async () => {
  const api = await testApi({ urlFault: createUrlFault(['127.0.0.0/8']) })
  const { got, url } = await receiver()
  await subscribe(api, { event: 'campaign.paused', url, filters: { name: 'Spring%' } })
  const stranger = await api.stranger()
  deliverFor(api)
  for (const [account, name] of [
    [stranger.accountId, 'Spring'],
    [api.accountId, 'Autumn'],
    [api.accountId, 'Spring sale'],
  ] as const) {
    await enqueueAccountEvent(api.database.kysely, { account, event: 'campaign.paused', object: { name } })
  }
  await vi.waitFor(() => expect(got).toHaveLength(1), 10_000)
  expect(got[0]?.body).toMatchObject({ name: 'Spring sale', event: 'campaign.paused' })
})

test('a rotated secret and the one before both verify, for a day', async () => {
  const api = await testApi({ urlFault: createUrlFault(['127.0.0.0/8']) })
  const { got, url } = await receiver()
  const { id, secret } = await subscribe(api, { event: 'call.completed', url })
  expect(Buffer.from(secret.replace('whsec_', ''), 'base64').length).toBeGreaterThanOrEqual(24)
  const rotated = await api.send('POST', `/v1/webhooks/${id}/rotate-secret`)
  const leftMs = Date.parse(rotated.body.previous_valid_until) - Date.now()
  expect(Math.abs(leftMs - 24 * 3_600_000)).toBeLessThan(60_000)
  deliverFor(api)
  await api.send('POST', `/v1/webhooks/${id}/test`)
  await vi.waitFor(() => expect(got).toHaveLength(1), 10_000)
  for (const known of [secret, rotated.body.secret]) {
    expect(new Webhook(known).verify(got[0]?.text ?? '', got[0]?.headers ?? {})).toMatchObject({
      event: 'webhook.test',
      webhook_id: id,
    })
  }
  await sql`update webhook_subscriptions set previous_secret_until = now()`.execute(api.database.kysely)
  await api.send('POST', `/v1/webhooks/${id}/test`)
  await vi.waitFor(() => expect(got).toHaveLength(2), 10_000)
  expect(() => new Webhook(secret).verify(got[1]?.text ?? '', got[1]?.headers ?? {})).toThrow()
  expect((await api.send('GET', `/v1/webhooks/${id}`)).body).not.toHaveProperty('secret')
})

test('410 turns a subscription off, until it is turned on', async () => {
  const api = await testApi({ urlFault: createUrlFault(['127.0.0.0/8']) })
  const { got, url } = await receiver(response => response.writeHead(410).end())
  const { id } = await subscribe(api, { event: 'call.completed', url })
  deliverFor(api)
  await endedCall(api, 'sold')
  const state = async () => (await api.send('GET', `/v1/webhooks/${id}`)).body
  await vi.waitFor(async () => expect(await state()).toMatchObject({ enabled: false }), 10_000)
  expect((await state()).disabled_reason).toMatch(/410/)
  await endedCall(api, 'sold')
  const { data } = (await api.send('GET', `/v1/webhooks/${id}/deliveries`)).body
  expect(data).toMatchObject([{ status: 'failed', last_http_status: 410, next_try_at: null }])
  expect(got).toHaveLength(1)
  const on = await api.send('PATCH', `/v1/webhooks/${id}`, { body: { enabled: true } })
  expect(on.body).toMatchObject({ enabled: true, disabled_reason: null })
})

test('a failed message is kept, and sent again with its id and bytes', async () => {
  const api = await testApi({ urlFault: createUrlFault(['127.0.0.0/8']) })
  let status = 500
  const { got, url } = await receiver(response => response.writeHead(status).end())
  const { id } = await subscribe(api, { event: 'call.completed', url })
  deliverFor(api)
  await endedCall(api, 'sold')
  const deliveries = async () => (await api.send('GET', `/v1/webhooks/deliveries?webhook_id=${id}`)).body.data
  for (let tries = 1; tries <= 5; tries++) {
    await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ tries }]), 10_000)
    const early = await api.send('POST', `/v1/webhooks/deliveries/${(await deliveries())[0].id}/redeliver`)
    if (tries < 5) expect(early).toMatchObject({ status: 409, body: { current_status: 'pending' } })
    if (tries < 5) await sql`update webhook_deliveries set next_try_at = now()`.execute(api.database.kysely)
    else expect(early.status).toBe(202)
  }
  status = 200
  await sql`update webhook_deliveries set next_try_at = now()`.execute(api.database.kysely)
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ status: 'delivered' }]), 10_000)
  expect(new Set(got.map(one => one.headers['webhook-id'])).size).toBe(1)
  expect(new Set(got.map(one => one.text)).size).toBe(1)
  const [{ id: delivery }] = await deliveries()
  const detail = await api.send('GET', `/v1/webhooks/deliveries/${delivery}`)
  expect(JSON.parse(detail.body.body)).toMatchObject({ event: 'call.completed' })
  await api.send('DELETE', `/v1/webhooks/${id}`)
  const again = await api.send('POST', `/v1/webhooks/deliveries/${delivery}/redeliver`)
  expect(again).toMatchObject({ status: 409, body: { current_status: 'unsubscribed' } })
})

test('subscriptions are the account’s own, and faults are told', async () => {
  const api = await testApi({ urlFault: createUrlFault(['127.0.0.0/8']) })
  const { id } = await subscribe(api, { event: 'lead.status_changed', url: 'https://a.test/' })
  const { key } = await api.stranger()
  for (const [method, path] of [
    ['GET', `/v1/webhooks/${id}`],
    ['DELETE', `/v1/webhooks/${id}`],
    ['POST', `/v1/webhooks/${id}/test`],
    ['POST', `/v1/webhooks/${id}/rotate-secret`],
    ['GET', `/v1/webhooks/${id}/deliveries`],
  ] as const) {
    expect((await api.send(method, path, { key })).status).toBe(404)
  }
  const faulty = { event: 'call.ended', url: 'ftp://a.test', filters: { 'a b': {} }, events: [] }
  const refused = await api.send('POST', '/v1/webhooks', { body: faulty })
  expect(refused.status).toBe(400)
  expect(refused.body.errors.map((fault: { path: string }) => fault.path).sort()).toEqual(
    expect.arrayContaining(['event', 'events', 'url']),
  )
  const misspelt = { event: 'call.failed', url: 'https://a.test/', filters: { dispositon: 'sold' } }
  expect((await api.send('POST', '/v1/webhooks', { body: misspelt })).body.errors).toMatchObject([
    { path: 'filters.dispositon' },
  ])
  const changed = await api.send('PATCH', `/v1/webhooks/${id}`, {
    body: { event: 'call.failed', filters: { name: 'x' } },
  })
  expect(changed.body.errors).toMatchObject([{ path: 'filters.name' }])
  expect((await api.send('GET', `/v1/webhooks/${id}`)).body.event).toBe('lead.status_changed')
  await sql`update accounts set settings = '{"maxWebhooks": 1}'`.execute(api.database.kysely)
  const full = await api.send('POST', '/v1/webhooks', {
    body: { event: 'call.failed', url: 'https://a.test/' },
  })
  expect(full).toMatchObject({ status: 409, body: { current_status: 'limit_reached' } })
})
