import { createSealing } from '../../src/store/sealing.ts'
import { expect, onTestFinished, test } from 'vitest'
import { Temporal } from 'temporal-polyfill'
import { openTools } from '../../src/dialer/tools/open-tools.ts'
import type { CallId } from '../../src/domain/ids.ts'
import { createOutgoing } from '../../src/outgoing/outgoing.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { plan } from '../conversation/stage.ts'
import { testApi } from '../http-api.ts'

const zone = 'America/Los_Angeles'
const body = {
  phone_number: '+14155551234',
  task: 'Confirm the appointment of {{name}}.',
  request_data: { name: 'John' },
  metadata: { order: 5 },
}
/** By the clocks in San Francisco. */
const inDays = (days: number, time = '15:00') =>
  `${Temporal.Now.zonedDateTimeISO(zone).add({ days }).toPlainDate().toString()}T${time}`

async function afterCall(change: { number?: string; direction?: 'inbound' } = {}) {
  const api = await testApi()
  const placed = await api.send('POST', '/v1/calls', { body })
  const jobs = await openJobs(api.database)
  onTestFinished(() => jobs[Symbol.asyncDispose]())
  const { database, accountId, catalogue } = api
  const call = {
    ...plan,
    accountId,
    callId: placed.body.call_id as CallId,
    to: change.number ?? body.phone_number,
    ...(change.direction && { direction: change.direction }),
  }
  const sealing = createSealing(Buffer.alloc(32, 5))
  const outgoing = createOutgoing({ allowCidrs: [] })
  const placing = {
    jobs,
    sealing,
    catalogue: () => catalogue,
    defaultFromNumber: null,
    homeCountries: ['US'],
    defaultCaps: {},
  }
  const parts = { database, sealing, outgoing, embedder: null, clock: Date.now, placing }
  const signal = AbortSignal.timeout(10_000)
  const open = await openTools(call, { ...parts, log: { warn: () => undefined } }, signal)
  onTestFinished(async () => {
    await open[Symbol.asyncDispose]()
    await outgoing[Symbol.asyncDispose]()
  })
  const use = (given: Record<string, unknown>) =>
    open.use({ toolCallId: 'c', name: 'schedule_callback', arguments: given }, signal)
  const calls = async () => (await api.send('GET', '/v1/calls')).body.data as { id: string; status: string }[]
  return { api, open, use, calls, first: String(placed.body.call_id) }
}

test('the same call is placed once more, for the time by the clocks of the callee', async () => {
  const { api, use, calls, first } = await afterCall()
  const local = inDays(2)
  const result = await use({ local_time: local })
  expect(result).toMatchObject({ ok: true, result: { time_zone: zone } })
  expect(JSON.stringify(result)).toContain('15:00')
  const [again] = (await calls()).filter(({ id }) => id !== first)
  const row = await api.database.kysely
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', again?.id as CallId)
    .executeTakeFirstOrThrow()
  expect(row.dial_after?.getTime()).toBe(
    Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds,
  )
  expect(row.plan).toMatchObject({ to: body.phone_number, requestData: { name: 'John' } })
  expect(row.metadata).toEqual({ order: 5 })
})

test('the agent is offered it, unless it was called', async () => {
  const names = ({ tools }: { tools: readonly { definition: { name: string } }[] }) =>
    tools.map(({ definition }) => definition.name)
  expect(names((await afterCall()).open)).toContain('schedule_callback')
  expect(names((await afterCall({ direction: 'inbound' })).open)).not.toContain('schedule_callback')
})

test.each<[string, Record<string, unknown>, string]>([
  ['that is over', { local_time: inDays(-1) }, 'That time is over'],
  ['too far ahead', { local_time: inDays(32) }, 'more than 30 days ahead'],
  ['of no day', { local_time: '2026-02-30T10:00' }, 'is no time'],
  ['in no zone', { local_time: inDays(1), time_zone: 'Mars/Olympus' }, 'no IANA time zone'],
])('a time %s is told to the model, and nothing is placed', async (_, given, told) => {
  const { use, calls } = await afterCall()
  const result = await use(given)
  expect(result).toMatchObject({ error: expect.stringContaining(told) as string })
  expect(await calls()).toHaveLength(1)
})

test('where the number may be in several zones the callee is asked', async () => {
  const { use } = await afterCall({ number: '+18005550199' })
  expect(await use({ local_time: inDays(1) })).toMatchObject({
    error: expect.stringContaining('time_zone') as string,
  })
})
