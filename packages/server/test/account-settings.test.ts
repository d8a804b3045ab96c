import { expect, test } from 'vitest'
import type { NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { claimCall } from '../src/store/attempts.ts'
import { testApi } from './http-api.ts'

const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.' }

test('the operator opens accounts, sets them up and sees them all', async () => {
  const api = await testApi()
  const settings = {
    plan: 'starter',
    quota: { minutes: 100 },
    caps: { max_concurrent_calls: 2, frequency: { max_calls: 3, hours: 24 } },
    allowed_countries: ['US', 'ES'],
    retention: { audio_days: 7 },
  }
  const opened = await api.send('POST', '/v1/accounts', { body: { name: 'Bright Dental', settings } })
  expect(opened.status).toBe(201)
  const { id, key, webhook_secret } = opened.body
  expect([key, webhook_secret]).toEqual([
    expect.stringMatching(/^pk_live_/),
    expect.stringMatching(/^whsec_/),
  ])
  expect(opened.body).toMatchObject({
    operator: false,
    suspended: false,
    settings: { ...settings, quota: { minutes: 100, period: 'month' }, disclosure: null },
  })
  expect(
    (await api.send('POST', '/v1/calls', { key, body: { ...body, phone_number: '+447911123456' } })).status,
  ).toBe(422)
  expect((await api.send('POST', '/v1/calls', { key, body })).status).toBe(201)
  const list = await api.send('GET', '/v1/accounts')
  expect(list.body.data.map((one: { id: string }) => one.id)).toEqual([id, api.accountId])
  expect(JSON.stringify(list.body)).not.toMatch(/whsec_|pk_live_/)
  const changed = await api.send('PATCH', `/v1/accounts/${id}`, {
    body: { settings: { quota: null, plan: 'pro' } },
  })
  expect(changed.body.settings).toMatchObject({ plan: 'pro', quota: null, allowed_countries: ['US', 'ES'] })
})

test('an account sees itself alone, and sets only what binds itself', async () => {
  const api = await testApi()
  const { accountId, key } = await api.stranger()
  expect((await api.send('GET', '/v1/accounts', { key })).body.data).toMatchObject([{ id: accountId }])
  expect((await api.send('GET', `/v1/accounts/${api.accountId}`, { key })).status).toBe(404)
  const other = { key, body: { settings: { retention: { audio_days: 1 } } } }
  expect((await api.send('PATCH', `/v1/accounts/${api.accountId}`, other)).status).toBe(404)
  expect((await api.send('PATCH', `/v1/accounts/${accountId}`, other)).status).toBe(200)
  const greedy = { key, body: { settings: { quota: null, allow_sip_uris: true } } }
  const refused = await api.send('PATCH', `/v1/accounts/${accountId}`, greedy)
  expect(refused).toMatchObject({
    status: 403,
    body: { detail: expect.stringContaining('quota, allow_sip_uris') },
  })
  for (const path of [
    '/v1/accounts',
    `/v1/accounts/${accountId}/suspend`,
    `/v1/accounts/${accountId}/resume`,
  ]) {
    const answer = await api.send('POST', path, {
      key,
      ...(path === '/v1/accounts' ? { body: { name: 'x' } } : {}),
    })
    expect(answer.status).toBe(403)
  }
})

test('settings that make no sense are refused with all their faults', async () => {
  const api = await testApi()
  const settings = {
    quota: { minutes: -1 },
    allowed_countries: ['usa'],
    retention: { audio_days: 0 },
    colour: 1,
  }
  const refused = await api.send('PATCH', `/v1/accounts/${api.accountId}`, { body: { settings } })
  expect(refused.status).toBe(400)
  expect(refused.body.errors.map((fault: { path: string }) => fault.path).sort()).toEqual([
    'settings.allowed_countries[0]',
    'settings.colour',
    'settings.quota.minutes',
    'settings.retention.audio_days',
  ])
})

test('a suspended account has no calls: none waits, live ones are told to end, none is placed', async () => {
  const api = await testApi()
  const hook = { webhook_url: 'https://a.test/' }
  const place = async () => (await api.send('POST', '/v1/calls', { body: { ...body, ...hook } })).body.call_id
  const live = await place()
  await claimCall(api.database, { callId: live, nodeId: newId<NodeId>() })
  const waiting = [await place(), await place()]
  const suspended = await api.send('POST', `/v1/accounts/${api.accountId}/suspend`)
  expect(suspended.body).toMatchObject({ suspended: true, cancelled_calls: 2, stopped_calls: 1 })
  const calls = await api.database.kysely
    .selectFrom('calls')
    .select(['id', 'status', 'stop_requested'])
    .execute()
  expect(calls).toContainEqual({ id: live, status: 'in_progress', stop_requested: 'now' })
  for (const id of waiting) expect(calls).toContainEqual({ id, status: 'cancelled', stop_requested: null })
  const told = await api.database.kysely.selectFrom('webhook_deliveries').select('event').execute()
  expect(told).toEqual([{ event: 'call.failed' }, { event: 'call.failed' }])
  expect(await api.send('POST', '/v1/calls', { body })).toMatchObject({
    status: 403,
    body: { title: 'Account suspended' },
  })
  await api.send('POST', `/v1/accounts/${api.accountId}/resume`)
  expect((await api.send('POST', '/v1/calls', { body })).status).toBe(201)
})

test('no call slips in while an account is being suspended', async () => {
  const api = await testApi()
  const placing = Array.from({ length: 20 }, () => api.send('POST', '/v1/calls', { body }))
  const suspending = api.send('POST', `/v1/accounts/${api.accountId}/suspend`)
  const placed = await Promise.all(placing)
  expect((await suspending).status).toBe(200)
  expect(placed.every(({ status }) => status === 201 || status === 403)).toBe(true)
  const left = await api.database.kysely
    .selectFrom('calls')
    .select('id')
    .where('status', 'in', ['pending', 'queued'])
    .execute()
  expect(left).toEqual([])
})
