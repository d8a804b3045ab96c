import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { CallId, NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { broken, type Outcome, talked, unreached } from '../src/domain/outcome.ts'
import { claimCall, endCall, recordAnswered } from '../src/store/attempts.ts'
import { openJobs } from '../src/store/jobs.ts'
import { type TestApi, testApi } from './http-api.ts'
import { storedCall } from './stored-call.ts'

const body = { phone_number: '+14155551234', task: 'Confirm the appointment tomorrow.', max_duration: 30 }
const nodeId = newId<NodeId>()
const over = talked('agent_ended', 'human')

const allow = (api: TestApi, settings: object) =>
  api.send('PATCH', `/v1/accounts/${api.accountId}`, { body: { settings } })
const balance = async (api: TestApi) => (await api.send('GET', '/v1/balance')).body
const place = async (api: TestApi, more: object = {}): Promise<CallId> => {
  const placed = await api.send('POST', '/v1/calls', { body: { ...body, ...more } })
  expect(placed.status).toBe(201)
  return placed.body.call_id
}

/** Answers a call, lets it be this long, and ends it. */
async function talk(api: TestApi, callId: CallId, o: { seconds: number | null; outcome?: Outcome }) {
  const jobs = await openJobs(api.database)
  await using _ = jobs
  await claimCall(api.database, { callId, nodeId })
  if (o.seconds !== null) {
    await recordAnswered(api.database, { callId, nodeId, lifeline: null, recordingPath: null })
    const earlier = sql<Date>`now() - make_interval(secs => ${o.seconds})`
    await api.database.kysely
      .updateTable('calls')
      .set({ answered_at: earlier })
      .where('id', '=', callId)
      .execute()
    await api.database.kysely
      .updateTable('attempts')
      .set({ answered_at: earlier })
      .where('call_id', '=', callId)
      .execute()
  }
  const outcome = o.outcome ?? over
  const end = { callId, nodeId, outcome, networkCode: null, latency: null, lineStats: null }
  expect(await endCall({ database: api.database, jobs }, end)).toBe(true)
}

test('without a quota there is no limit, and what is used is told', async () => {
  const api = await testApi()
  expect(await balance(api)).toEqual({
    unit: 'call_minutes',
    remaining: null,
    plan: 'unlimited',
    used: 0,
    reserved: 0,
  })
  const id = await place(api, { max_duration: 2.5 })
  expect(await balance(api)).toMatchObject({ used: 0, reserved: 2.5 })
  await talk(api, id, { seconds: 89.5 })
  expect(await balance(api)).toMatchObject({ used: 1.5, reserved: 0 })
  const call = (await api.send('GET', `/v1/calls/${id}`)).body
  expect(call).toMatchObject({ actual_duration_billed: 1.5 })
})

test('fifty calls at once never reserve more than there is', async () => {
  const api = await testApi()
  await allow(api, { plan: 'starter', quota: { minutes: 100, period: 'month' } })
  const placed = await Promise.all(Array.from({ length: 50 }, () => api.send('POST', '/v1/calls', { body })))
  expect(placed.filter(one => one.status === 201)).toHaveLength(3)
  const refused = placed.filter(one => one.status !== 201)
  for (const one of refused) {
    expect(one).toMatchObject({
      status: 402,
      body: { type: expect.stringMatching(/insufficient_quota$/), needed: 30, left: 10 },
    })
  }
  expect(await balance(api)).toMatchObject({ plan: 'starter', remaining: 10, used: 0, reserved: 90 })
  expect((await api.send('POST', '/v1/calls', { body: { ...body, max_duration: 10 } })).status).toBe(201)
  const asked = { phone_number: body.phone_number, max_duration: 1 }
  const verdict = (await api.send('POST', '/v1/preflight', { body: asked })).body
  expect(verdict).toMatchObject({ allowed: false, code: 'insufficient_quota' })
})

test('however a call ends, what it reserved is given back and what was talked is used', async () => {
  const api = await testApi()
  await allow(api, { quota: { minutes: 60, period: 'total' } })
  const cancelled = await place(api)
  await api.send('POST', `/v1/calls/${cancelled}/cancel`)
  expect(await balance(api)).toMatchObject({ remaining: 60, reserved: 0 })
  await talk(api, await place(api), { seconds: null, outcome: unreached('busy', 'busy') })
  expect(await balance(api)).toMatchObject({ remaining: 60, used: 0, reserved: 0 })

  const reaped = await place(api)
  await talk(api, reaped, { seconds: 59, outcome: broken('node_lost', 'ours', 'lost') })
  expect(await balance(api)).toMatchObject({ remaining: 59, used: 1, reserved: 0 })

  // As a call that reached a mailbox is dialled again.
  const again = await place(api)
  await talk(api, again, { seconds: 29.5 })
  const row = { status: 'queued', ended_at: null, answered_at: null, completed: false } as const
  await api.database.kysely.updateTable('calls').set(row).where('id', '=', again).execute()
  expect(await balance(api)).toMatchObject({ used: 1.5, reserved: 30 })
  await talk(api, again, { seconds: 59.5 })
  expect(await balance(api)).toMatchObject({ remaining: 57.5, used: 2.5, reserved: 0 })
  const call = (await api.send('GET', `/v1/calls/${again}`)).body
  expect(call).toMatchObject({ actual_duration_billed: 1.5, attempt: 2 })
})

test('calls that came in are billed, and a month is a month', async () => {
  const api = await testApi()
  const at = new Date(Date.now() - 120_000)
  const id = await storedCall(api.database, api.accountId, {
    direction: 'inbound',
    status: 'in_progress',
    answered_at: at,
  })
  const ended = { ended_at: new Date(at.getTime() + 60_000), status: 'completed' } as const
  await api.database.kysely.updateTable('calls').set(ended).where('id', '=', id).execute()
  expect(await balance(api)).toMatchObject({ used: 1 })
  await sql`update account_usage set day = day - 40`.execute(api.database.kysely)
  expect(await balance(api)).toMatchObject({ used: 0 })
  await allow(api, { quota: { minutes: 60, period: 'total' } })
  expect(await balance(api)).toMatchObject({ used: 1, remaining: 59 })
})

test('an hour has a limit of its own', async () => {
  const api = await testApi()
  await allow(api, { caps: { max_minutes_per_hour: 45 } })
  await place(api)
  expect(await api.send('POST', '/v1/calls', { body })).toMatchObject({ status: 402 })
  await sql`update calls set created_at = now() - interval '61 minutes'`.execute(api.database.kysely)
  await place(api)
})
