import type { CallFiguresGroup } from '@parley/contract/analytics'
import type { Insertable } from 'kysely'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import type { AccountId, AgentId, CampaignId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import type { Tables } from '../src/store/tables.ts'
import { sharedApi } from './http-api.ts'
import { storedCall } from './stored-call.ts'

const api = sharedApi()
const campaign = newId<CampaignId>()
const agent = newId<AgentId>()

/** In the days around the change of the clocks in Madrid, at 01:00 UTC of 29 March 2026. */
const range = { from: '2026-03-28T00:00:00Z', to: '2026-03-31T00:00:00Z' }

type Columns = Partial<Insertable<Tables['calls']>>

/** Placed then, answered five seconds later, and over after so many seconds. */
function talked(createdAt: string, seconds: number, more: Columns = {}): Columns {
  const placed = Date.parse(createdAt)
  return {
    created_at: new Date(placed),
    started_at: new Date(placed + 1_000),
    answered_at: new Date(placed + 5_000),
    ended_at: new Date(placed + 5_000 + seconds * 1_000),
    billed_seconds: Math.ceil(seconds),
    call_status: 'completed',
    completed: true,
    ...more,
  }
}

function unanswered(createdAt: string, call_status: 'busy' | 'no-answer', more: Columns = {}): Columns {
  const placed = new Date(createdAt)
  return { created_at: placed, started_at: placed, ended_at: placed, status: 'failed', call_status, ...more }
}

const counts = (overlaps: number, interruptions: number) =>
  JSON.stringify({ overlaps, interruptions, backchannels: 1, false_stops: 0, cut_offs: 2 })

const calls: readonly Columns[] = [
  // Not in the range: a millisecond before, and the first moment after.
  talked('2026-03-27T23:59:59.999Z', 1_000),
  talked('2026-03-31T00:00:00Z', 1_000),
  talked('2026-03-28T00:00:00Z', 60, {
    turn_latencies_ms: [400, 900, 500],
    turn_taking: counts(4, 2),
    is_conversion: true,
    disposition: 'booked',
    campaign_id: campaign,
    agent_id: agent,
    country: 'ES',
    answered_by: 'human',
    end_reason: 'agent_ended',
  }),
  // On the 29th in Madrid, at half past midnight there.
  talked('2026-03-28T23:30:00Z', 30.5, {
    turn_latencies_ms: [600],
    turn_taking: counts(1, 1),
    disposition: 'refused',
    campaign_id: campaign,
    country: 'ES',
    answered_by: 'human',
  }),
  unanswered('2026-03-29T00:30:00Z', 'busy', { campaign_id: campaign, country: 'ES' }),
  unanswered('2026-03-29T01:10:00Z', 'no-answer', { country: 'US', mode: 'legacy' }),
  // Billed for two attempts. The 30th in Madrid begins at 22:00 UTC by now.
  talked('2026-03-29T22:00:00Z', 90, {
    billed_seconds: 100,
    status: 'failed',
    direction: 'inbound',
    agent_id: agent,
  }),
  { created_at: new Date('2026-03-29T21:59:59Z'), status: 'cancelled', call_status: 'cancelled' },
  // Live: answered, and not over.
  {
    ...talked('2026-03-30T10:00:00Z', 1),
    ended_at: null,
    billed_seconds: null,
    status: 'in_progress',
    call_status: 'in-progress',
  },
]

beforeAll(async () => {
  const { accountId: theirs } = await api().stranger()
  for (const call of calls) await store(api().accountId, call)
  for (const call of calls) await store(theirs, call)
})

const store = (account: AccountId, call: Columns) => storedCall(api().database, account, call)

async function ask(query: Record<string, string>) {
  return await api().send('GET', `/v1/analytics?${new URLSearchParams(query).toString()}`)
}

/** `calls` and another figure of each group, by its key. */
async function groups(query: Record<string, string>, figure?: keyof CallFiguresGroup) {
  const { body, status } = await ask({ ...range, ...query })
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body.groups_total).toBe(body.groups.length)
  return body.groups.map((group: CallFiguresGroup) => [
    group.key,
    group.calls,
    ...(figure === undefined ? [] : [group[figure]]),
  ])
}

test('totals are those of the range and the account', async () => {
  const { body } = await ask(range)
  expect(body).toEqual({
    from: '2026-03-28T00:00:00.000Z',
    to: '2026-03-31T00:00:00.000Z',
    timezone: 'UTC',
    group_by: null,
    totals: {
      calls: 7,
      dialled: 6,
      answered: 4,
      completed: 2,
      failed: 3,
      cancelled: 1,
      conversions: 1,
      answer_rate: 0.6667,
      conversion_rate: 0.25,
      // 60 + 30.5 + 90 s
      minutes: 3.0083,
      // 60 + 31 + 100 s
      billed_minutes: 3.1833,
      average_duration_seconds: 60.1667,
      latency: { turns: 4, voice_to_voice_p50_ms: 500, voice_to_voice_p95_ms: 900 },
      turn_taking: { overlaps: 5, interruptions: 3, backchannels: 2, false_stops: 0, cut_offs: 4 },
    },
    groups: [],
    groups_total: 0,
  })
})

test('where there are no calls, there are no rates', async () => {
  const { body } = await ask({ from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z', group_by: 'day' })
  expect(body).toMatchObject({
    totals: {
      calls: 0,
      answer_rate: null,
      conversion_rate: null,
      minutes: 0,
      average_duration_seconds: null,
      latency: { turns: 0, voice_to_voice_p50_ms: null, voice_to_voice_p95_ms: null },
    },
    groups: [],
    groups_total: 0,
  })
})

test('days begin where the clocks of the zone say so', async () => {
  expect(await groups({ group_by: 'day' })).toEqual([
    ['2026-03-28', 2],
    ['2026-03-29', 4],
    ['2026-03-30', 1],
  ])
  expect(await groups({ group_by: 'day', timezone: 'Europe/Madrid' })).toEqual([
    ['2026-03-28', 1],
    ['2026-03-29', 4],
    ['2026-03-30', 2],
  ])
  expect(await groups({ group_by: 'day', timezone: 'Pacific/Honolulu' })).toEqual([
    ['2026-03-27', 1],
    ['2026-03-28', 3],
    ['2026-03-29', 2],
    ['2026-03-30', 1],
  ])
})

test('so do weeks, from Monday, and months', async () => {
  expect(await groups({ group_by: 'week', timezone: 'Europe/Madrid' })).toEqual([
    ['2026-03-23', 5],
    ['2026-03-30', 2],
  ])
  expect(await groups({ group_by: 'month' })).toEqual([['2026-03-01', 7]])
})

test('hours are named by their beginning', async () => {
  expect(await groups({ group_by: 'hour', to: '2026-03-29T12:00:00Z' })).toEqual([
    ['2026-03-28T00:00:00.000Z', 1],
    ['2026-03-28T23:00:00.000Z', 1],
    ['2026-03-29T00:00:00.000Z', 1],
    ['2026-03-29T01:00:00.000Z', 1],
  ])
  // Kolkata is five hours and a half ahead.
  expect(await groups({ group_by: 'hour', to: '2026-03-29T00:00:00Z', timezone: 'Asia/Kolkata' })).toEqual([
    ['2026-03-27T23:30:00.000Z', 1],
    ['2026-03-28T23:30:00.000Z', 1],
  ])
})

test('an hour that the clocks repeat is two', async () => {
  for (const minute of ['00:30', '01:30', '02:30'])
    await store(api().accountId, talked(`2025-10-26T${minute}:00Z`, 1))
  const that = { from: '2025-10-26T00:00:00Z', to: '2025-10-27T00:00:00Z', timezone: 'Europe/Madrid' }
  expect((await groups({ ...that, group_by: 'hour' })).length).toBe(3)
  expect(await groups({ ...that, group_by: 'day' })).toEqual([['2025-10-26', 3]])
})

test.each<[string, keyof CallFiguresGroup, unknown]>([
  [
    'campaign',
    'answer_rate',
    [
      [null, 4, 0.6667],
      [campaign, 3, 0.6667],
    ],
  ],
  [
    'agent',
    'billed_minutes',
    [
      [null, 5, 0.5167],
      [agent, 2, 2.6667],
    ],
  ],
  [
    'direction',
    'minutes',
    [
      ['outbound', 6, 1.5083],
      ['inbound', 1, 1.5],
    ],
  ],
  [
    'mode',
    'failed',
    [
      ['realtime', 6, 2],
      ['legacy', 1, 1],
    ],
  ],
  ['model', 'dialled', [['local-realtime', 7, 6]]],
  ['voice', 'cancelled', [['alloy', 7, 1]]],
  [
    'status',
    'answered',
    [
      ['failed', 3, 1],
      ['completed', 2, 2],
      ['cancelled', 1, 0],
      ['in_progress', 1, 1],
    ],
  ],
  [
    'call_status',
    'average_duration_seconds',
    [
      ['completed', 3, 60.1667],
      ['busy', 1, null],
      ['cancelled', 1, null],
      ['in-progress', 1, null],
      ['no-answer', 1, null],
    ],
  ],
  [
    'end_reason',
    'completed',
    [
      [null, 6, 1],
      ['agent_ended', 1, 1],
    ],
  ],
  [
    'answered_by',
    'latency',
    [
      ['unknown', 5, { turns: 0, voice_to_voice_p50_ms: null, voice_to_voice_p95_ms: null }],
      ['human', 2, { turns: 4, voice_to_voice_p50_ms: 500, voice_to_voice_p95_ms: 900 }],
    ],
  ],
  [
    'disposition',
    'conversions',
    [
      [null, 5, 0],
      ['booked', 1, 1],
      ['refused', 1, 0],
    ],
  ],
  ['from_number', 'conversion_rate', [[null, 7, 0.25]]],
  [
    'country',
    'answered',
    [
      ['ES', 3, 2],
      [null, 3, 2],
      ['US', 1, 0],
    ],
  ],
])('by %s, most calls first: %s', async (group_by, figure, expected) => {
  expect(await groups({ group_by }, figure)).toEqual(expected)
})

test('some calls alone', async () => {
  expect((await ask({ ...range, campaign_id: campaign })).body.totals.calls).toBe(3)
  expect((await ask({ ...range, agent_id: agent, direction: 'inbound' })).body.totals.calls).toBe(1)
  expect((await ask({ ...range, campaign_id: newId() })).body.totals.calls).toBe(0)
})

test('by default, those of the last 30 days', async () => {
  const { accountId, key } = await api().stranger()
  const ago = (days: number) => talked(new Date(Date.now() - days * 24 * 3_600_000).toISOString(), 60)
  for (const days of [0, 29.9, 30.1]) await store(accountId, ago(days))
  expect((await api().send('GET', '/v1/analytics', { key })).body.totals.calls).toBe(2)
})

test('groups are so many at most, and the rest is counted', async () => {
  const { accountId, key } = await api().stranger()
  await store(accountId, talked('2026-01-01T00:00:00Z', 60))
  await sql`insert into calls (id, account_id, created_at, phone_number, from_number, status, mode, model, voice, request, plan)
    select gen_random_uuid(), account_id, created_at, phone_number, '+1415555' || n, status, mode, model, voice, request, plan
    from calls, generate_series(1000, 1999) n where account_id = ${accountId}`.execute(api().database.kysely)
  const query = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&group_by=from_number'
  const { body } = await api().send('GET', `/v1/analytics?${query}`, { key })
  expect(body).toMatchObject({ totals: { calls: 1_001 }, groups_total: 1_001 })
  expect(body.groups).toHaveLength(750)
})

test.each<[string, Record<string, string>]>([
  ['from', { from: 'yesterday' }],
  ['from', { from: '2026-03-31T00:00:00Z', to: '2026-03-31T00:00:00Z' }],
  ['from', { from: '2999-01-01T00:00:00Z' }],
  ['from', { from: '2025-03-29T23:59:59Z', to: '2026-03-31T00:00:00Z' }],
  ['from', { from: '2026-02-27T23:59:59Z', to: '2026-03-31T00:00:00Z', group_by: 'hour' }],
  ['to', { to: '2026-03-31' }],
  ['group_by', { group_by: 'phone_number' }],
  ['timezone', { timezone: 'Mars/Base' }],
  ['timezone', { timezone: '+02:00' }],
  ['campaign_id', { campaign_id: '1' }],
  ['direction', { direction: 'up' }],
  ['day', { day: '1' }],
])('%s is refused by its name: %j', async (path, query) => {
  const answer = await ask(query)
  expect(answer.status).toBe(400)
  expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toEqual([path])
})
