import { createSealing } from '../src/store/sealing.ts'
import { sql } from 'kysely'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { CapSettings } from '../src/domain/account-caps.ts'
import { broken, type Outcome, talked, unreached } from '../src/domain/outcome.ts'
import type { CallId, NodeId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { recheckCall } from '../src/intake/recheck-call.ts'
import { type ClaimedCall, claimCall, endCall, recordAnswered } from '../src/store/attempts.ts'
import { openJobs, type Jobs } from '../src/store/jobs.ts'
import { apiOn, type TestApi, testApi } from './http-api.ts'
import { testDatabase } from './postgres.ts'

const here = '+14155551234'
const body = { phone_number: here, task: 'Confirm the appointment tomorrow.', max_duration: 10 }
const nodeId = newId<NodeId>()

let api: TestApi
let jobs: Jobs

async function open(): Promise<void> {
  api = await testApi()
  jobs = await openJobs(api.database)
  onTestFinished(() => jobs[Symbol.asyncDispose]())
}

const place = (more: object = {}) => api.send('POST', '/v1/calls', { body: { ...body, ...more } })
const read = async (id: string) => (await api.send('GET', `/v1/calls/${id}`)).body
const recheck = (id: string, defaultCaps: CapSettings = {}) =>
  recheckCall(
    {
      database: api.database,
      jobs,
      sealing: createSealing(Buffer.alloc(32, 5)),
      defaultFromNumber: null,
      homeCountries: ['US'],
      defaultCaps,
    },
    id as CallId,
  )
const claim = (id: string) => claimCall(api.database, { callId: id as CallId, nodeId })

/** As a worker does it: with a preflight where one is asked for. */
async function dial(id: string): Promise<ClaimedCall> {
  const first = await claim(id)
  if (first === 'unchecked') expect(await recheck(id)).toBe('ready')
  const call = typeof first === 'string' ? await claim(id) : first
  if (typeof call === 'string') throw new Error(`the call is ${call}`)
  return call
}

const end = (id: string, outcome: Outcome) =>
  endCall(
    { database: api.database, jobs },
    { callId: id as CallId, nodeId, outcome, networkCode: 480, latency: null, lineStats: null },
  )

async function typesOf(id: string): Promise<string[]> {
  const rows = await api.database.kysely
    .selectFrom('call_events')
    .select('type')
    .where('call_id', '=', id as CallId)
    .orderBy('sequence')
    .execute()
  return rows.map(row => row.type)
}

const change = (id: string, set: object) =>
  api.database.kysely
    .updateTable('calls')
    .set(set)
    .where('id', '=', id as CallId)
    .execute()

const makeDue = (id: string) => change(id, { dial_after: new Date(Date.now() - 1_000) })
const makeStale = (id: string) => change(id, { checked_until: new Date(0) })

async function dialJobs(id: string): Promise<Date[]> {
  const rows = await sql<{ start_after: Date }>`select start_after from pgboss.job
    where name = 'dial' and data ->> 'callId' = ${id} order by start_after`.execute(api.database.kysely)
  return rows.rows.map(row => row.start_after)
}

describe('schedule_at', () => {
  beforeAllOnce()

  test('the call is pending until its time, and its job starts then', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString()
    const placed = await place({ schedule_at: at })
    expect(placed).toMatchObject({ status: 201, body: { status: 'pending', scheduled_for: at } })
    const id = placed.body.call_id
    expect(await read(id)).toMatchObject({ status: 'pending', scheduled_for: at, attempt: 0 })
    expect(await typesOf(id)).toEqual(['scheduled'])
    expect((await dialJobs(id)).map(date => date.toISOString())).toEqual([at])
    expect(await claim(id), 'before its time').toBe('taken')
    await makeDue(id)
    await dial(id)
    expect(await read(id)).toMatchObject({ status: 'in_progress', attempt: 1, scheduled_for: null })
    expect(await typesOf(id)).toEqual(['scheduled', 'queued', 'dialing'])
  })

  test('a time that has passed means at once', async () => {
    const placed = await place({ schedule_at: '2020-01-01T00:00:00Z' })
    expect(placed.body).toMatchObject({ status: 'queued' })
    expect(typeof (await claim(placed.body.call_id))).toBe('object')
  })

  test.each(['stop', 'cancel'])('%s takes a pending call back', async how => {
    const { call_id: id } = (await place({ schedule_at: new Date(Date.now() + 60_000).toISOString() })).body
    expect((await api.send('POST', `/v1/calls/${id}/${how}`)).status).toBe(200)
    await makeDue(id)
    expect(await claim(id)).toBe('taken')
    expect(await read(id)).toMatchObject({ status: 'cancelled', call_status: 'cancelled' })
  })

  test('more than a year ahead is refused', async () => {
    const answer = await place({ schedule_at: '2099-01-01T00:00:00Z' })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'schedule_at' }] } })
  })
})

describe('calling_window', () => {
  beforeAllOnce()
  const dayOf = (ms: number) =>
    new Date(ms).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' }).toLowerCase()
  const tomorrow = () => ({
    timezone: 'UTC',
    days: [dayOf(Date.now() + 86_400_000)],
    from: '00:00',
    to: '24:00',
  })

  test('a call outside it waits until it opens', async () => {
    const placed = await place({ calling_window: tomorrow() })
    const opens = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T00:00:00.000Z`
    expect(placed).toMatchObject({ status: 201, body: { status: 'pending', scheduled_for: opens } })
  })

  test('a window that has closed meanwhile puts the call off, and dials nobody', async () => {
    const { call_id: id } = (await place({ calling_window: { from: '00:00', to: '24:00' } })).body
    await change(id, {
      dial_window: JSON.stringify({ zones: ['UTC'], days: tomorrow().days, from: '00:00', to: '24:00' }),
    })
    await makeStale(id)
    expect(await claim(id)).toBe('unchecked')
    expect(await recheck(id)).toBe('put_off')
    expect(await read(id)).toMatchObject({ status: 'pending', attempt: 0 })
    expect(await typesOf(id)).toEqual(['queued', 'scheduled'])
    expect(await dialJobs(id)).toHaveLength(2)
    expect(await claim(id)).toBe('taken')
  })

  test('where nobody knows the zones of the number one has to be named', async () => {
    await api.database.kysely
      .updateTable('accounts')
      .set({ settings: JSON.stringify({ allowSipUris: true }) })
      .execute()
    const answer = await place({
      phone_number: 'sip:bob@example.com',
      calling_window: { from: '09:00', to: '17:00' },
    })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'calling_window.timezone' }] } })
  })
})

describe('the preflight before dialling', () => {
  test('a number that was listed behind our back is not dialled: the call fails, and says why', async () => {
    await open()
    const { call_id: id } = (await place({ webhook_url: 'https://example.com/hook' })).body
    await api.database.kysely
      .insertInto('do_not_call')
      .values({ id: newId(), account_id: api.accountId, phone_number: here, source: 'api' })
      .execute()
    await makeStale(id)
    expect(await claim(id)).toBe('unchecked')
    expect(await recheck(id)).toBe('over')
    expect(await read(id)).toMatchObject({
      status: 'failed',
      call_status: 'failed',
      attempt: 0,
      error_message: 'Not dialled: The number is on the do-not-call list of this account',
    })
    expect(await typesOf(id)).toEqual(['queued', 'refused', 'ended'])
    expect(await claim(id)).toBe('taken')
  })

  test('what can not be looked up dials nobody', async () => {
    await open()
    const { call_id: id } = (await place()).body
    await makeStale(id)
    await api.database.kysely.schema.dropTable('do_not_call').execute()
    await expect(recheck(id)).rejects.toThrow('do_not_call')
    expect(await claim(id)).toBe('unchecked')
  })

  test('a call does not count against itself, nor do those that wait behind it', async () => {
    await open()
    await api.database.kysely
      .updateTable('accounts')
      .set({
        settings: JSON.stringify({ caps: { frequency: { maxCalls: 1, hours: 1 }, maxConcurrentCalls: 1 } }),
      })
      .execute()
    const { call_id: id } = (await place()).body
    await makeStale(id)
    expect(await recheck(id)).toBe('ready')
  })
})

describe('retry', () => {
  beforeAllOnce()
  const retry = { max_attempts: 3, delay_minutes: [10, 60], on: ['no-answer', 'voicemail'] }
  const hooked = { retry, webhook_url: 'https://example.com/hook' }

  async function hooksOf(id: string): Promise<string[]> {
    const rows = await api.database.kysely
      .selectFrom('webhook_deliveries')
      .select('event')
      .where('call_id', '=', id as CallId)
      .execute()
    return rows.map(row => row.event)
  }

  test('a call that nobody answered is dialled again, and told of when the last attempt is over', async () => {
    const { call_id: id } = (await place(hooked)).body
    for (const [attempt, minutes] of [
      [1, 10],
      [2, 60],
    ] as const) {
      expect((await dial(id)).attempt).toBe(attempt)
      await end(id, unreached('no-answer', 'It rang'))
      const call = await read(id)
      expect(call).toMatchObject({ status: 'pending', call_status: 'no-answer', attempt, completed: false })
      expect(Date.parse(call.scheduled_for) - Date.now()).toBeGreaterThan((minutes - 1) * 60_000)
      expect(await hooksOf(id)).toEqual([])
      await makeDue(id)
    }
    await dial(id)
    await end(id, unreached('no-answer', 'It rang'))
    expect(await read(id)).toMatchObject({ status: 'failed', attempt: 3, completed: true })
    expect(await hooksOf(id)).toEqual(['call.failed'])
    expect((await typesOf(id)).filter(type => type !== 'queued')).toEqual([
      'dialing',
      'retrying',
      'dialing',
      'retrying',
      'dialing',
      'ended',
    ])
    const attempts = await api.database.kysely
      .selectFrom('attempts')
      .select(['n', 'call_status'])
      .where('call_id', '=', id)
      .orderBy('n')
      .execute()
    expect(attempts.map(row => row.n)).toEqual([1, 2, 3])
    expect(attempts.map(row => row.call_status)).toEqual(['no-answer', 'no-answer', 'no-answer'])
  })

  test.each([
    ['an outcome that was not asked for', unreached('busy', 'Busy')],
    ['a lost worker', broken('node_lost', 'ours', 'Lost')],
    ['a stop', unreached('cancelled', 'Stopped')],
  ])('%s is final', async (_, outcome) => {
    const { call_id: id } = (await place(hooked)).body
    await dial(id)
    await end(id, outcome)
    expect((await read(id)).status).not.toBe('pending')
    expect(await claim(id)).toBe('taken')
  })

  test('a stop that came while it rang out is heeded', async () => {
    const { call_id: id } = (await place(hooked)).body
    await dial(id)
    await api.send('POST', `/v1/calls/${id}/stop`)
    await end(id, unreached('no-answer', 'It rang'))
    expect((await read(id)).status).toBe('failed')
  })

  test('after a mailbox the next attempt has a transcript of its own', async () => {
    const { call_id: id } = (await place(hooked)).body
    await dial(id)
    const callId = id as CallId
    await recordAnswered(api.database, { callId, nodeId, lifeline: 'x', recordingPath: 'recordings/x.wav' })
    await end(id, talked('voicemail', 'voicemail'))
    expect(await read(id)).toMatchObject({ status: 'pending', recording_url: null, transcript: [] })
    await makeDue(id)
    await dial(id)
    expect(await read(id)).toMatchObject({ status: 'in_progress', call_status: null, answered_by: 'unknown' })
  })
})

/** One API for all tests of a `describe`. */
function beforeAllOnce(): void {
  beforeAll(async () => {
    const opened = new AsyncDisposableStack()
    api = await testApiIn(opened)
    return () => opened.disposeAsync()
  })
}

async function testApiIn(opened: AsyncDisposableStack): Promise<TestApi> {
  const made = await apiOn(opened, opened.use(await testDatabase()).database)
  jobs = opened.use(await openJobs(made.database))
  return made
}

describe('limits at the moment of dialling', () => {
  interface Limit {
    readonly what: string
    readonly caps: CapSettings
    readonly numberOf: (n: number) => string
    readonly leave: number
    /** What is counted of those that leave. */
    readonly by: 'call' | 'number'
    readonly because: string
  }
  const limits: Limit[] = [
    {
      what: 'of twenty calls to a number one leaves',
      caps: { minutesBetweenCalls: 10 },
      numberOf: () => here,
      leave: 1,
      by: 'call',
      because: 'frequency_cap_reached',
    },
    {
      what: 'of calls to three countries those to two leave',
      caps: { maxCountriesPerDay: 2 },
      numberOf: n => [here, '+34612345678', '+33612345678'][n % 3] ?? here,
      leave: 2,
      by: 'number',
      because: 'countries_cap_reached',
    },
    {
      what: 'of twenty calls three leave at once',
      caps: { maxConcurrentCalls: 3 },
      numberOf: n => `+14155551${300 + n}`,
      leave: 3,
      by: 'call',
      because: 'concurrency_cap_reached',
    },
  ]

  test.each(limits)('$what', async ({ caps, numberOf, leave, by, because }) => {
    await open()
    await api.send('PATCH', `/v1/accounts/${api.accountId}`, {
      body: { settings: { allowed_countries: ['US', 'ES', 'FR'] } },
    })
    // They were placed when there was no limit, and have waited since.
    const ids: string[] = []
    for (let n = 0; n < 20; n += 1) {
      const { call_id: id } = (await place({ phone_number: numberOf(n) })).body
      await change(id, { created_at: new Date(Date.now() - 3_600_000), checked_until: new Date(0) })
      ids.push(id)
    }
    const rechecks = await Promise.all(ids.map(id => recheck(id, caps)))
    const ready = ids.filter((_, index) => rechecks[index] === 'ready')
    const off = ids.filter((_, index) => rechecks[index] === 'put_off')
    expect(ready.length + off.length).toBe(20)
    const left =
      by === 'call' ? ready : await Promise.all(ready.map(async id => (await read(id)).phone_number))
    expect(new Set(left).size).toBe(leave)
    for (const id of ready) expect(typeof (await claim(id))).toBe('object')
    for (const id of off.slice(0, 3)) {
      expect(await claim(id)).toBe('taken')
      const { scheduled_for: until } = await read(id)
      expect(Date.parse(until)).toBeGreaterThan(Date.now() + 5_000)
      const last = await api.database.kysely
        .selectFrom('call_events')
        .select('body')
        .where('call_id', '=', id as CallId)
        .where('type', '=', 'scheduled')
        .executeTakeFirstOrThrow()
      expect(last.body).toMatchObject({ because })
    }
    // What was dialled goes on counting for those that wait.
    const [again] = off
    if (again !== undefined && because !== 'concurrency_cap_reached')
      expect(await recheck(again, caps)).toBe('put_off')
  })
})
