import { createSealing } from '../src/store/sealing.ts'
import type { CallAnalysis } from '@parley/contract/analysis'
import { sql } from 'kysely'
import pino from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TakenUp } from '../src/campaigns/taken-up.ts'
import { tick } from '../src/campaigns/tick.ts'
import type { CallId, NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { type Outcome, talked, unreached } from '../src/domain/outcome.ts'
import { listNumber } from '../src/intake/do-not-call.ts'
import { claimCall, endCall, recordAnswered } from '../src/store/attempts.ts'
import { finish } from '../src/store/finish.ts'
import { openJobs } from '../src/store/jobs.ts'
import { joinNodes } from '../src/store/nodes.ts'
import { holdCampaignLease } from '../src/store/campaign-lease.ts'
import { type TestApi, testApi } from './http-api.ts'

const number = (n: number) => `+1415555${String(1_000 + n)}`
const pace = { calls_per_minute: 6_000, max_concurrent_calls: 100, auto_pause: { enabled: false } }

interface Stage {
  readonly api: TestApi
  /** One look at all campaigns. */
  readonly look: () => Promise<void>
  /** Dials what waits, as a worker does; calls end as `outcome` says. Answers with the numbers that were rung. */
  readonly dialAll: (outcome: (to: string) => Outcome, disposition?: string) => Promise<string[]>
  readonly campaign: (body?: object) => Promise<string>
  readonly act: (id: string, action: string) => Promise<{ status: number; body: Record<string, unknown> }>
  // What came is looked at by assertions, whatever it is.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly stats: (id: string) => Promise<any>
  readonly leads: (count: number, more?: (n: number) => object) => Promise<string>
  readonly eventsOf: (name: string) => Promise<number>
}

async function stage(places = 100): Promise<Stage> {
  const api = await testApi()
  const { database } = api
  const jobs = await openJobs(database)
  onTestFinished(() => jobs[Symbol.asyncDispose]())
  const nodeId = newId<NodeId>()
  await joinNodes(database, nodeId, places)
  await keepLease(api, nodeId)
  let turn = 0
  const deps = {
    database,
    jobs,
    catalogue: () => api.catalogue,
    defaultFromNumber: null,
    homeCountries: ['US'],
    defaultCaps: {},
    log: pino({ level: 'silent' }),
  }
  let list = ''
  const self: Stage = {
    api,
    async look() {
      // As if a second had passed since the last look.
      const ago = new Date(Date.now() - 1_000)
      await database.kysely.updateTable('campaigns').set({ tokens_at: ago }).execute()
      await tick({ ...deps, sealing: createSealing(Buffer.alloc(32, 5)), takenUp: new TakenUp() }, turn++)
    },
    async dialAll(outcome, disposition) {
      const waiting = await database.kysely
        .selectFrom('calls')
        .select(['id', 'phone_number'])
        .where('status', '=', 'queued')
        .execute()
      for (const { id: callId, phone_number: to } of waiting) {
        const claim = await claimCall(database, { callId, nodeId })
        if (typeof claim === 'string') throw new Error(`the call is ${claim}`)
        const made = outcome(to)
        const answered = made.status === 'completed'
        if (answered) await recordAnswered(database, { callId, nodeId, lifeline: null, recordingPath: null })
        const nothing = { networkCode: null, latency: null, lineStats: null }
        await endCall({ database, jobs }, { callId, nodeId, outcome: made, ...nothing })
        const told = { summary: null, disposition: disposition ?? null, data: null, success: null }
        const analysis: CallAnalysis = { ...told, source: 'model', missing: [] }
        if (answered) await finish(database, { callId, analysis, recordingStatus: 'none' })
      }
      return waiting.map(call => call.phone_number)
    },
    async leads(count, more = () => ({})) {
      list = (await api.send('POST', '/v1/lead-lists', { body: { name: 'Patients' } })).body.id
      const leads = Array.from({ length: count }, (_, n) => ({
        phone_number: number(n),
        name: `P${n}`,
        ...more(n),
      }))
      await api.send('POST', '/v1/leads/bulk', { body: { leads, list_id: list } })
      return list
    },
    async campaign(body = {}) {
      const whole = { name: 'Recall', task: 'Greet {{name}} kindly.', lead_list_id: list, ...pace, ...body }
      const made = await api.send('POST', '/v1/campaigns', { body: whole })
      expect(made).toMatchObject({ status: 201, body: { status: 'draft' } })
      return made.body.id
    },
    act: (id, action) => api.send('POST', `/v1/campaigns/${id}/${action}`),
    stats: async id => (await api.send('GET', `/v1/campaigns/${id}/stats`)).body,
    async eventsOf(name) {
      const told = await sql<{ count: number }>`select count(*)::int as count from webhook_deliveries
        where event = ${name}`.execute(database.kysely)
      return told.rows[0]?.count ?? 0
    },
  }
  return self
}

async function keepLease({ database }: TestApi, id: NodeId): Promise<void> {
  await database.kysely
    .updateTable('nodes')
    .set({ lease_until: new Date(Date.now() + 3_600_000) })
    .where('id', '=', id)
    .execute()
}

const busy = () => unreached('busy', 'Busy')
const human = () => talked('agent_ended', 'human')

test('a campaign calls everybody on its list once, and is completed', async () => {
  const { leads, campaign, act, look, dialAll, stats, api, eventsOf } = await stage()
  await leads(5, n => ({ request_data: { day: n % 2 ? 'Monday' : 'Tuesday' } }))
  const id = await campaign({
    task: 'Remind {{name}} of {{day}} at {{place}}.',
    request_data: { place: 'Bright Dental' },
    analysis: { dispositions: ['booked', 'refused'] },
    conversion_outcomes: ['booked'],
    webhook_url: 'https://example.com/hook',
  })
  await look()
  expect((await stats(id)).calls.placed, 'nobody is called before it is started').toBe(0)
  expect(await act(id, 'start')).toMatchObject({ status: 200, body: { status: 'running' } })
  await look()
  const calls = (await api.send('GET', `/v1/campaigns/${id}/calls`)).body.data
  expect(calls.length).toBeGreaterThan(0)
  expect(calls[0]).toMatchObject({ campaign_id: id, lead_id: expect.any(String), status: 'queued' })
  const whole = (await api.send('GET', `/v1/calls/${calls.at(-1).id}`)).body
  expect(whole.request).toMatchObject({ request_data: { place: 'Bright Dental', name: expect.any(String) } })
  const rung = await untilDone({ look, dialAll }, human, 'booked')
  expect(rung.toSorted()).toEqual([0, 1, 2, 3, 4].map(number))
  expect(await stats(id)).toMatchObject({
    status: 'completed',
    leads: { total: 5, pending: 0, converted: 5, human: 0 },
    calls: { placed: 5, answered: 5 },
    next_allowed_at: null,
  })
  const { data } = (await api.send('GET', '/v1/leads?status=Converted')).body
  expect(data).toHaveLength(5)
  expect(await eventsOf('lead.status_changed')).toBe(5)
  expect([await eventsOf('campaign.started'), await eventsOf('campaign.completed')]).toEqual([1, 1])
  const listed = (await api.send('GET', `/v1/calls?campaign_id=${id}`)).body.data
  expect(listed).toHaveLength(5)
})

/** Looks and dials until nobody waits any more. */
async function untilDone(
  { look, dialAll }: Pick<Stage, 'look' | 'dialAll'>,
  outcome: (to: string) => Outcome,
  disposition?: string,
): Promise<string[]> {
  const rung: string[] = []
  for (let rounds = 0, idle = 0; rounds < 60 && idle < 3; rounds += 1) {
    const now = await dialAll(outcome, disposition)
    rung.push(...now)
    await look()
    idle = now.length === 0 ? idle + 1 : 0
  }
  return rung
}

describe('states', () => {
  test('a wrong one answers 409 and says which it is', async () => {
    const { leads, campaign, act, api } = await stage()
    await leads(1)
    const id = await campaign()
    expect(await act(id, 'pause')).toMatchObject({ status: 409, body: { current_status: 'draft' } })
    await act(id, 'start')
    expect(await act(id, 'start')).toMatchObject({ status: 409, body: { current_status: 'running' } })
    const change = await api.send('PATCH', `/v1/campaigns/${id}`, { body: { calls_per_minute: 5 } })
    expect(change).toMatchObject({ status: 409, body: { current_status: 'running' } })
    expect((await api.send('DELETE', `/v1/campaigns/${id}`)).status).toBe(409)
    await act(id, 'pause')
    const changed = await api.send('PATCH', `/v1/campaigns/${id}`, { body: { calls_per_minute: 5 } })
    expect(changed).toMatchObject({ status: 200, body: { calls_per_minute: 5, status: 'paused' } })
    expect(await act(id, 'resume')).toMatchObject({ status: 200, body: { status: 'running' } })
    expect(await act(id, 'stop')).toMatchObject({ status: 200, body: { status: 'cancelled' } })
    expect(await act(id, 'resume')).toMatchObject({ status: 409, body: { current_status: 'cancelled' } })
    expect((await api.send('DELETE', `/v1/campaigns/${id}`)).status).toBe(204)
    expect((await api.send('GET', `/v1/campaigns/${id}`)).status).toBe(404)
  })

  test('a stranger has no such campaign', async () => {
    const { leads, campaign, api } = await stage()
    await leads(1)
    const id = await campaign()
    const { key } = await api.stranger()
    expect((await api.send('GET', `/v1/campaigns/${id}`, { key })).status).toBe(404)
    expect((await api.send('POST', `/v1/campaigns/${id}/start`, { key })).status).toBe(404)
  })

  test('one whose time is yet to come waits for it', async () => {
    const { leads, campaign, act, look, api, stats } = await stage()
    await leads(1)
    const id = await campaign({ starts_at: new Date(Date.now() + 3_600_000).toISOString() })
    expect(await act(id, 'start')).toMatchObject({ body: { status: 'scheduled' } })
    await look()
    expect((await stats(id)).status).toBe('scheduled')
    await api.database.kysely
      .updateTable('campaigns')
      .set({ starts_at: new Date(0) })
      .execute()
    await look()
    expect((await stats(id)).status).toBe('running')
  })

  test('pausing takes back what nobody has dialled, and its leads wait again', async () => {
    const { leads, campaign, act, look, stats, dialAll } = await stage()
    await leads(3)
    const id = await campaign()
    await act(id, 'start')
    for (let looks = 0; looks < 4; looks += 1) await look()
    expect((await stats(id)).leads.queued).toBeGreaterThan(0)
    await act(id, 'pause')
    expect((await stats(id)).leads).toMatchObject({ queued: 0, pending: 3, cancelled: 0 })
    await look()
    expect(await dialAll(human)).toEqual([])
    await act(id, 'resume')
    expect((await untilDone({ look, dialAll }, human)).toSorted()).toEqual([0, 1, 2].map(number))
  })

  test('every fault of a request is told', async () => {
    const { leads, api } = await stage()
    const lead_list_id = await leads(1)
    const body = {
      name: '',
      task: 'short',
      lead_list_id,
      voice: 'nobody',
      calls_per_minute: 0,
      colour: 'red',
    }
    const { status, body: problem } = await api.send('POST', '/v1/campaigns', { body })
    expect(status).toBe(400)
    const paths = problem.errors.map((fault: { path: string }) => fault.path).toSorted()
    expect(paths).toEqual(['calls_per_minute', 'colour', 'name', 'task', 'voice'])
  })
})

describe('who is called, and when', () => {
  const closed = () => {
    const tomorrow = new Date(Date.now() + 36 * 3_600_000)
    const day = tomorrow.toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' }).toLowerCase()
    return { days: [day], from: '00:00', to: '24:00' }
  }

  test('nobody outside the hours of where they are; the stats say when', async () => {
    const { leads, campaign, act, look, stats } = await stage()
    await leads(3)
    const id = await campaign({ calling_window: closed() })
    await act(id, 'start')
    await look()
    await look()
    const { leads: counts, next_allowed_at } = await stats(id)
    expect(counts).toMatchObject({ pending: 3, queued: 0 })
    expect(Date.parse(next_allowed_at)).toBeGreaterThan(Date.now() + 3_600_000)
  })

  test("a lead's own zone takes the place of the number's", async () => {
    const { leads, campaign, act, look, dialAll } = await stage()
    // Somewhere it is between 6 and 18 o'clock, and twelve hours further it is not.
    const hour = new Date().getUTCHours()
    const offset = 12 - hour
    const here = offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`
    const far = offset > 0 ? offset - 12 : offset + 12
    const there = far === 0 ? 'Etc/GMT' : `Etc/GMT${far > 0 ? '-' : '+'}${Math.abs(far)}`
    await leads(2, n => ({ timezone: n === 0 ? here : there }))
    const id = await campaign({ calling_window: { from: '06:00', to: '18:00' } })
    await act(id, 'start')
    expect(await untilDone({ look, dialAll }, human)).toEqual([number(0)])
  })

  test('neither who has unsubscribed nor who is listed', async () => {
    const { leads, campaign, act, look, dialAll, stats, api } = await stage()
    await leads(3, n => (n === 1 ? { status: 'Unsubscribed' } : {}))
    await api.send('POST', '/v1/do-not-call', { body: { phone_number: number(2) } })
    const id = await campaign()
    await act(id, 'start')
    expect(await untilDone({ look, dialAll }, human)).toEqual([number(0)])
    expect(await stats(id)).toMatchObject({ status: 'completed', leads: { human: 1, opted_out: 2 } })
  })

  test('who asks in a call not to be called is called by no campaign any more', async () => {
    const { leads, campaign, act, look, dialAll, stats, api } = await stage()
    await leads(2)
    const id = await campaign()
    await act(id, 'start')
    for (let looks = 0; looks < 4; looks += 1) await look()
    const waiting = (await stats(id)).leads.queued
    expect(waiting).toBeGreaterThan(0)
    const [call] = (await api.send('GET', `/v1/campaigns/${id}/calls`)).body.data
    const listing = { reason: null, source: 'call' as const, callId: call.id as CallId }
    await listNumber(api.database, { account: api.accountId, number: call.phone_number, ...listing })
    expect(await untilDone({ look, dialAll }, human)).not.toContain(call.phone_number)
    expect((await stats(id)).leads.opted_out).toBe(1)
    const [lead] = (await api.send('GET', '/v1/leads?status=Unsubscribed')).body.data
    expect(lead.phone_number).toBe(call.phone_number)
  })

  test('a lead of two campaigns is called by one at a time', async () => {
    const { leads, campaign, act, look, api } = await stage()
    await leads(2)
    for (const id of [await campaign({ frequency_cap: null }), await campaign({ frequency_cap: null })])
      await act(id, 'start')
    for (let looks = 0; looks < 8; looks += 1) await look()
    const calls = (await api.send('GET', '/v1/calls')).body.data
    expect(calls.map((call: { phone_number: string }) => call.phone_number).toSorted()).toEqual(
      [0, 1].map(number),
    )
  })

  test('a placeholder that a lead has no value for fails that lead alone', async () => {
    const { leads, campaign, act, look, dialAll, stats } = await stage()
    await leads(2, n => (n === 0 ? { request_data: { day: 'Monday' } } : {}))
    const id = await campaign({ task: 'Remind them of {{day}}, please.' })
    await act(id, 'start')
    expect(await untilDone({ look, dialAll }, human)).toEqual([number(0)])
    expect(await stats(id)).toMatchObject({ status: 'completed', leads: { human: 1, failed: 1 } })
  })
})

describe('again', () => {
  test('a lead that nobody was reached at is called again, no more often than allowed', async () => {
    const { leads, campaign, act, look, dialAll, stats } = await stage()
    await leads(1)
    const retry = { max_attempts: 5, delay_minutes: [0], on: ['busy'] }
    const id = await campaign({ retry, max_attempts_per_lead: 3, frequency_cap: null })
    await act(id, 'start')
    expect(await untilDone({ look, dialAll }, busy)).toEqual(Array(3).fill(number(0)))
    expect(await stats(id)).toMatchObject({
      status: 'completed',
      leads: { unreached: 1 },
      calls: { placed: 3 },
    })
  })

  test('a frequency cap puts the next call off, whatever the retry says', async () => {
    const { leads, campaign, act, look, dialAll, stats } = await stage()
    await leads(1)
    const retry = { max_attempts: 3, delay_minutes: [0], on: ['busy'] }
    const id = await campaign({ retry, frequency_cap: { max_calls: 1, hours: 2 } })
    await act(id, 'start')
    expect(await untilDone({ look, dialAll }, busy)).toEqual([number(0)])
    const { leads: counts, next_allowed_at } = await stats(id)
    expect(counts).toMatchObject({ waiting: 1 })
    expect(Date.parse(next_allowed_at)).toBeGreaterThan(Date.now() + 3_600_000)
  })
})

test('a campaign that nobody answers pauses by itself, and says why', async () => {
  const { leads, campaign, act, look, dialAll, api, eventsOf } = await stage()
  await leads(15)
  const id = await campaign({ auto_pause: { calls: 10 }, webhook_url: 'https://example.com/hook' })
  await act(id, 'start')
  await untilDone({ look, dialAll }, busy)
  const { body } = await api.send('GET', `/v1/campaigns/${id}`)
  expect(body).toMatchObject({ status: 'paused', pause_reason: expect.stringContaining('0 % were answered') })
  expect(await eventsOf('campaign.paused')).toBe(1)
})

test('no more calls at once than the campaign, or the workers, have room for', async () => {
  const { leads, campaign, act, look, stats } = await stage(3)
  await leads(10)
  const [one, other] = [await campaign({ max_concurrent_calls: 2 }), await campaign()]
  await act(one, 'start')
  await act(other, 'start')
  for (let looks = 0; looks < 10; looks += 1) await look()
  const live = [(await stats(one)).leads.queued, (await stats(other)).leads.queued]
  expect(live.toSorted((a, b) => a - b)).toEqual([1, 2])
})

test('two processes that look at the same moment call nobody twice', async () => {
  const { leads, campaign, act, look, dialAll, api } = await stage()
  await leads(20)
  await act(await campaign(), 'start')
  for (let looks = 0; looks < 10; looks += 1) await Promise.all([look(), look(), look()])
  const rung = await untilDone({ look, dialAll }, human)
  expect(rung.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => number(n)).toSorted())
  expect(await holdCampaignLease(api.database, newId())).toBe(true)
  expect(await holdCampaignLease(api.database, newId()), 'another holder').toBe(false)
})
