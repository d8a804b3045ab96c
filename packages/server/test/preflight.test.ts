import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { CapSettings } from '../src/domain/account-caps.ts'
import type { AccountSettings } from '../src/store/tables.ts'
import { type TestApi, testApi } from './http-api.ts'

const here = '+14155551234'
const call = { phone_number: here, task: 'Confirm the appointment tomorrow.', max_duration: 10 }
const place = (api: TestApi, more: object = {}) =>
  api.send('POST', '/v1/calls', { body: { ...call, ...more } })
const ask = async (api: TestApi, more: object = {}) =>
  (await api.send('POST', '/v1/preflight', { body: { phone_number: here, ...more } })).body

async function apiWith(settings: AccountSettings): Promise<TestApi> {
  const api = await testApi()
  await api.database.kysely
    .updateTable('accounts')
    .set({ settings: JSON.stringify(settings) })
    .where('id', '=', api.accountId)
    .execute()
  return api
}

describe('who may be called', () => {
  test.each([
    [{}, here, null],
    [{}, '+18765551234', 'country_not_allowed'],
    [{}, '+19005551234', 'number_type_not_allowed'],
    [{ allowedCountries: ['ES'] }, '+34612345678', null],
    [{ allowedCountries: ['ES'] }, here, 'country_not_allowed'],
    [{ allowedCountries: [] }, here, 'country_not_allowed'],
  ] as const)('%j, %s: %s, asked and called alike', async (settings, phone_number, code) => {
    const api = await apiWith(settings as AccountSettings)
    expect(await ask(api, { phone_number })).toMatchObject({ allowed: code === null, code })
    const answer = await place(api, { phone_number })
    if (code === null) expect(answer.status).toBe(201)
    else {
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'phone_number', code }] } })
      expect((await api.send('GET', '/v1/calls')).body.data).toEqual([])
    }
  })

  test('a callee can not be moved on to where the account may not call', async () => {
    const api = await testApi()
    const destinations = [
      { name: 'office', phone_number: '+14155550177' },
      { name: 'abroad', phone_number: '+18765551234' },
    ]
    expect(await place(api, { transfer: { destinations } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'transfer.destinations[1].phone_number', code: 'country_not_allowed' }] },
    })
  })

  test('a number that the account does not own is none to call from', async () => {
    const api = await testApi()
    const body = { phone_number: here, from_number: '+14155550000' }
    expect(await api.send('POST', '/v1/preflight', { body })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'from_number', code: 'from_number_not_owned' }] },
    })
  })

  test('a number on the do-not-call list is none to call', async () => {
    const api = await testApi()
    await api.send('POST', '/v1/do-not-call', { body: { phone_number: here } })
    expect(await ask(api)).toMatchObject({ allowed: false, code: 'do_not_call', allowed_at: null })
    expect((await place(api)).status).toBe(422)
  })
})

describe('when', () => {
  test('the window is asked in every zone where the number may be, or where the callee is known to be', async () => {
    const api = await testApi()
    const calling_window = { from: '00:00', to: '24:00' }
    expect(await ask(api, { calling_window })).toMatchObject({
      allowed: true,
      country: 'US',
      time_zones: ['America/Los_Angeles'],
    })
    const tomorrow = new Date(Date.now() + 24 * 3_600_000)
    const days = [['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][tomorrow.getUTCDay()]]
    const later = { calling_window: { ...calling_window, days, timezone: 'UTC' } }
    expect(await ask(api, later)).toMatchObject({ allowed: false, code: 'outside_calling_window' })
    expect(await ask(api, { ...later, at: tomorrow.toISOString() })).toMatchObject({ allowed: true })
    const verdict = await ask(api, { calling_window, timezone: 'Europe/Madrid' })
    expect(verdict.time_zones).toEqual(['Europe/Madrid'])
  })

  test('a closed window says when it opens', async () => {
    const api = await testApi()
    const tomorrow = new Date(Date.now() + 24 * 3_600_000)
    const day = tomorrow.toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' }).toLowerCase()
    const calling_window = { timezone: 'UTC', days: [day], from: '00:00', to: '24:00' }
    expect(await ask(api, { calling_window })).toMatchObject({
      code: 'outside_calling_window',
      allowed_at: `${tomorrow.toISOString().slice(0, 10)}T00:00:00.000Z`,
    })
  })
})

describe('how much', () => {
  test('a number that was called as often as it may be waits for its first call to be old enough', async () => {
    const api = await apiWith({ caps: { frequency: { maxCalls: 2, hours: 24 } } })
    const first = (await place(api)).body.call_id
    expect((await place(api)).status).toBe(201)
    const third = await place(api)
    expect(third).toMatchObject({ status: 429, body: { errors: [{ code: 'frequency_cap_reached' }] } })
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(23 * 3_600)
    const { created_at } = (await api.send('GET', `/v1/calls/${first}`)).body
    expect(await ask(api)).toMatchObject({
      code: 'frequency_cap_reached',
      allowed_at: new Date(Date.parse(created_at) + 24 * 3_600_000).toISOString(),
    })
    expect((await place(api, { phone_number: '+14155551235' })).status).toBe(201)
    await api.send('POST', `/v1/calls/${first}/cancel`)
    expect((await place(api)).status).toBe(201)
  })

  test("a cap that is asked about holds beside the account's, as one of a campaign does", async () => {
    const api = await apiWith({ caps: { frequency: { maxCalls: 1, hours: 24 } } })
    await place(api)
    const looser = { frequency_cap: { max_calls: 10, hours: 24 } }
    expect(await ask(api, looser)).toMatchObject({ allowed: false, code: 'frequency_cap_reached' })
    const other = await apiWith({ caps: { frequency: { maxCalls: 2, hours: 24 } } })
    await place(other)
    expect(await ask(other)).toMatchObject({ allowed: true })
    const stricter = { frequency_cap: { max_calls: 1, hours: 1 } }
    expect(await ask(other, stricter)).toMatchObject({ allowed: false, code: 'frequency_cap_reached' })
  })

  test('of twenty calls at one moment no more are placed than the minutes of the day hold', async () => {
    const api = await apiWith({ caps: { maxMinutesPerDay: 35 } })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => place(api, { phone_number: `+141555513${10 + n}` })),
    )
    expect(answers.filter(answer => answer.status === 201)).toHaveLength(3)
    const refused = answers.find(answer => answer.status !== 201)
    expect(refused).toMatchObject({ status: 402, body: { errors: [{ code: 'minutes_cap_reached' }] } })
    expect((await place(api, { max_duration: 5 })).status).toBe(201)
  })

  test('a call that is over makes room for another', async () => {
    const api = await apiWith({ caps: { maxConcurrentCalls: 1 } })
    const { call_id } = (await place(api)).body
    expect(await place(api)).toMatchObject({ status: 429, body: { title: 'Too many calls at once' } })
    await api.send('POST', `/v1/calls/${call_id}/stop`)
    expect((await place(api)).status).toBe(201)
  })
})

test('where nothing can be looked up nothing is allowed', async () => {
  const api = await testApi()
  await api.database.kysely.schema.dropTable('do_not_call').execute()
  expect((await api.send('POST', '/v1/preflight', { body: { phone_number: here } })).status).toBe(500)
  expect((await place(api)).status).toBe(500)
  expect((await api.send('GET', '/v1/calls')).body.data).toEqual([])
})

describe('what holds for every account that says nothing else', () => {
  const defaultCaps: CapSettings = {
    frequency: { maxCalls: 3, hours: 24 },
    minutesBetweenCalls: 10,
    maxConcurrentCalls: 10,
    maxCountriesPerDay: 2,
  }
  const countries = { allowedCountries: ['US', 'ES', 'FR'] }
  const abroad = { ES: '+34612345678', FR: '+33612345678' }

  /** Makes it so that the account's calls so far were dialled, and are over, that long ago. */
  async function ago(api: TestApi, minutes: number): Promise<void> {
    const { kysely } = api.database
    const past = sql<Date>`now() - make_interval(mins => ${minutes})`
    await kysely.updateTable('calls').set({ status: 'completed', created_at: past }).execute()
    await sql`insert into attempts (call_id, n, node_id, dialed_at) select id, 1, id, created_at from calls
      where not exists (select from attempts where call_id = id)`.execute(kysely)
    await sql`update attempts set dialed_at = ${past}`.execute(kysely)
    await sql`update called_countries set dialed_at = ${past}`.execute(kysely)
  }

  test('fifty requests at one moment place one call to a number, and say when the next may be', async () => {
    const api = await testApi({ defaultCaps })
    const answers = await Promise.all(Array.from({ length: 50 }, () => place(api)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const refused = answers.find(({ status }) => status !== 201)
    expect(refused).toMatchObject({ status: 429, body: { errors: [{ code: 'frequency_cap_reached' }] } })
    expect(refused?.body.detail).toMatch(/; allowed from 20\d\d-.*Z$/)
    const seconds = Number(refused?.headers['retry-after'])
    expect(seconds > 590 && seconds <= 600).toBe(true)
    expect((await api.send('GET', '/v1/calls')).body.data).toHaveLength(1)
  })

  test('fifty requests at one moment place ten calls at once', async () => {
    const api = await testApi({ defaultCaps })
    const numbers = Array.from({ length: 50 }, (_, n) => `+141555513${10 + n}`)
    const answers = await Promise.all(numbers.map(phone_number => place(api, { phone_number })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10)
    const codes = answers.flatMap(({ body }) => body.errors ?? []).map(({ code }) => code)
    expect(new Set(codes)).toEqual(new Set(['concurrency_cap_reached']))
  })

  test('a number is called three times a day, ten minutes apart', async () => {
    const api = await testApi({ defaultCaps })
    for (const _ of [1, 2, 3]) {
      expect((await place(api)).status).toBe(201)
      expect((await place(api)).status).toBe(429)
      await ago(api, 11)
    }
    const verdict = await ask(api)
    expect(verdict).toMatchObject({ allowed: false, code: 'frequency_cap_reached' })
    expect(Date.parse(verdict.allowed_at) - Date.now()).toBeGreaterThan(23 * 3_600_000)
    await ago(api, 24 * 60 + 1)
    expect(await ask(api)).toMatchObject({ allowed: true })
  })

  test('calls of other days leave room for one now, and those around it do not', async () => {
    const frequency = { maxCalls: 2, hours: 24 }
    const api = await testApi({ defaultCaps: { ...defaultCaps, frequency } })
    const { allowedCountries: allowed_countries } = countries
    const body = { settings: { allowed_countries } }
    await api.send('PATCH', `/v1/accounts/${api.accountId}`, { body })
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    for (const hours of [175, 200, 225])
      for (const phone_number of [here, abroad.ES])
        expect((await place(api, { phone_number, schedule_at: inHours(hours) })).status).toBe(201)
    expect((await place(api)).status).toBe(201)
    expect((await place(api, { phone_number: abroad.FR })).status).toBe(201)
    expect(await ask(api, { phone_number: abroad.ES })).toMatchObject({ code: 'countries_cap_reached' })
    expect(await ask(api)).toMatchObject({ allowed: false, code: 'frequency_cap_reached' })
    expect((await place(api, { schedule_at: inHours(20) })).status).toBe(201)
    expect(await ask(api, { at: inHours(1) })).toMatchObject({ code: 'frequency_cap_reached' })
    expect(await ask(api, { at: inHours(100) })).toMatchObject({ allowed: true })
  })

  test('at one moment no more countries are called than a day may have, and those go on', async () => {
    const api = await testApi({ defaultCaps: { maxCountriesPerDay: 2 } })
    await api.send('PATCH', `/v1/accounts/${api.accountId}`, {
      body: { settings: { allowed_countries: countries.allowedCountries } },
    })
    const numbers = [here, abroad.ES, abroad.FR]
    const answers = await Promise.all(
      [...numbers, ...numbers].map(phone_number => place(api, { phone_number })),
    )
    const placed = answers.filter(({ status }) => status === 201)
    expect(placed).toHaveLength(4)
    const [refused] = answers.filter(({ status }) => status !== 201)
    expect(refused).toMatchObject({ status: 429, body: { errors: [{ code: 'countries_cap_reached' }] } })
    await ago(api, 60)
    const verdicts = await Promise.all(numbers.map(phone_number => ask(api, { phone_number })))
    const [no, ...others] = verdicts.filter(({ allowed }) => !allowed)
    expect(others).toEqual([])
    const hours = (Date.parse(no.allowed_at) - Date.now()) / 3_600_000
    expect(hours > 22.9 && hours < 23.1).toBe(true)
    await ago(api, 24 * 60 + 2)
    const later = await Promise.all(numbers.map(phone_number => ask(api, { phone_number })))
    expect(later.every(({ allowed }) => allowed)).toBe(true)
  })

  test('the operator raises, lowers and lifts them for an account, and the log tells who did', async () => {
    const api = await testApi({ defaultCaps })
    const set = (caps: object | null) =>
      api.send('PATCH', `/v1/accounts/${api.accountId}`, { body: { settings: { caps } } })
    const lifted = { frequency: null, minutes_between_calls: null, max_concurrent_calls: null }
    expect((await set(lifted)).body.settings.caps).toEqual(lifted)
    for (const _ of [1, 2, 3, 4]) expect((await place(api)).status).toBe(201)
    await set({ ...lifted, max_concurrent_calls: 4 })
    expect(await ask(api, { phone_number: '+14155551235' })).toMatchObject({
      code: 'concurrency_cap_reached',
    })
    expect((await set(null)).body.settings.caps).toBeNull()
    expect(await ask(api)).toMatchObject({ code: 'frequency_cap_reached' })
    const log = (await api.send('GET', '/v1/audit?action=account.changed')).body.data
    expect(JSON.stringify(log)).toContain('minutes_between_calls')
  })
})
