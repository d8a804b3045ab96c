import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AccountId, CallId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import { appendEvents } from '../src/store/events.ts'
import { sharedApi } from './http-api.ts'
import { storedCall } from './stored-call.ts'

const api = sharedApi()

/** A call in which these lines were said. */
async function talk(lines: readonly string[], account: AccountId = api().accountId): Promise<CallId> {
  const id = await storedCall(api().database, account, { answered_at: new Date(), ended_at: new Date() })
  const events = lines.map((text, index) => ({
    type: 'transcript' as const,
    entry: {
      id: newId(),
      user: index % 2 === 0 ? ('assistant' as const) : ('user' as const),
      text,
      start_ms: index * 1_000,
      end_ms: index * 1_000 + 900,
      interrupted: false,
      created_at: new Date().toISOString(),
    },
  }))
  await api()
    .database.kysely.transaction()
    .execute(trx => appendEvents(trx, id, events))
  return id
}

const list = (query: Record<string, string>, key?: string) =>
  api().send('GET', `/v1/calls?${new URLSearchParams(query).toString()}`, key === undefined ? {} : { key })

async function idsOf(query: Record<string, string>): Promise<string[]> {
  const answer = await list(query)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body.data.map((call: { id: string }) => call.id)
}

describe('what was said finds a call', () => {
  let refund: CallId, dental: CallId, russian: CallId

  beforeAll(async () => {
    refund = await talk([
      'How can I help?',
      "I'd like two refunds, please.",
      'For which order?',
      'Call me back',
    ])
    dental = await talk(['¿Le viene bien mañana a las nueve?', 'Mañana sí, call Doctor Müller back.'])
    russian = await talk(['ЗДРАВСТВУЙТЕ', 'Да, C++ and rock-and-roll at 20.5 %'])
  })

  test.each([
    ['refund', () => [refund]],
    ['REFUND ORDER', () => [refund]],
    ['refund mañana', () => []],
    ['call back', () => [dental, refund]],
    ['"call me back"', () => [refund]],
    ['"refund"', () => []],
    ['"Refunds, please"', () => [refund]],
    [`"${'help '.repeat(20)}"`, () => []],
    ["i'd", () => [refund]],
    ['manana MULLER', () => [dental]],
    ['здравств', () => [russian]],
    ['rock-and-roll', () => [russian]],
    ["\\'a", () => [dental, russian]],
    ["':* | & ! <-> (refund", () => [refund]],
  ])('%s', async (q, found) => {
    expect(await idsOf({ q })).toEqual(found().toSorted().toReversed())
  })

  test('together with other filters, and page by page', async () => {
    const calls = await Promise.all(Array.from({ length: 5 }, () => talk(['The weather is paged'])))
    await talk(['Something else'])
    const first = await list({ q: 'paged', limit: '2' })
    expect(first.body.has_more).toBe(true)
    const late = await talk(['This one is paged, too, and came later'])
    const second = await list({ q: 'paged', limit: '2', cursor: first.body.next_cursor })
    const third = await list({ q: 'paged', limit: '2', cursor: second.body.next_cursor })
    expect(third.body).toMatchObject({ has_more: false, next_cursor: null })
    const ids = [first, second, third].flatMap(page => page.body.data.map((call: { id: string }) => call.id))
    expect(ids).toEqual(calls.toSorted().toReversed())
    const { created_at } = (await api().send('GET', `/v1/calls/${late}`)).body
    expect(await idsOf({ q: 'paged', created_after: created_at })).toEqual([])
    expect(await idsOf({ q: 'paged', created_before: created_at })).toEqual(ids)
    expect(await idsOf({ q: 'paged', status: 'failed' })).toEqual([])
  })

  test('for its own account alone', async () => {
    const stranger = await api().stranger()
    await talk(['The secret word is xylophone'])
    const theirs = await talk(['A xylophone of our own'], stranger.accountId)
    const found = await list({ q: 'xylophone' }, stranger.key)
    expect(found.body.data.map((call: { id: string }) => call.id)).toEqual([theirs])
  })

  test('also where it is further back than calls are looked through', async () => {
    const { accountId, key } = await api().stranger()
    const old = await talk(['A rhinoceros came', 'Two of them, even'], accountId)
    const middle = await talk(['Another rhinoceros'], accountId)
    await sql`insert into calls (id, account_id, phone_number, status, mode, model, voice, request, plan)
      select ('f' || substr(gen_random_uuid()::text, 2))::uuid, account_id, phone_number, status, mode, model, voice, request, plan
      from calls, generate_series(1, 600) where id = ${old}`.execute(api().database.kysely)
    const page = async (query: Record<string, string>) => (await list(query, key)).body
    const first = await page({ q: 'rhino', limit: '1' })
    expect(first).toMatchObject({ data: [{ id: middle }], has_more: true })
    const second = await page({ q: 'rhino', limit: '1', cursor: first.next_cursor })
    expect(second).toMatchObject({ data: [{ id: old }], has_more: false })
    expect((await page({ q: 'rhino two "of them"' })).data).toMatchObject([{ id: old }])
    expect((await page({ q: 'rhino four' })).data).toEqual([])
  })

  test('until it is erased', async () => {
    const id = await talk(['My name is Zebediah'])
    expect(await idsOf({ q: 'zebediah' })).toEqual([id])
    expect((await api().send('DELETE', `/v1/calls/${id}`)).status).toBeLessThan(300)
    expect(await idsOf({ q: 'zebediah' })).toEqual([])
  })

  test('by an index', async () => {
    const plan = await api()
      .database.kysely.transaction()
      .execute(async trx => {
        await sql`set local enable_seqscan = off`.execute(trx)
        return await sql`explain select call_id from transcript_entries
          where transcript_words(text) @@ to_tsquery('pg_catalog.simple', 'refund:*')`.execute(trx)
      })
    expect(JSON.stringify(plan.rows)).toContain('transcript_entries_by_words')
  })
})

test('every other filter names what it lets through', async () => {
  const { database, accountId } = api()
  const campaign_id = newId()
  const id = await storedCall(database, accountId, {
    phone_number: '+14155550142',
    status: 'failed',
    call_status: 'busy',
    disposition: 'asked for a time',
    created_at: new Date('2024-03-05T12:00:00Z'),
  })
  await sql`update calls set campaign_id = ${campaign_id} where id = ${id}`.execute(database.kysely)
  const narrow = { created_after: '2024-03-05T11:59:59Z', created_before: '2024-03-05T13:00:01+01:00' }
  expect(await idsOf(narrow)).toEqual([id])
  const own = {
    phone_number: '+14155550142',
    call_status: 'busy',
    disposition: 'asked for a time',
    campaign_id,
  }
  for (const [name, value] of Object.entries({ ...own, status: 'failed' })) {
    expect(await idsOf({ ...narrow, [name]: value }), name).toEqual([id])
  }
  const others = {
    phone_number: '+14155550143',
    call_status: 'no-answer',
    disposition: 'asked',
    campaign_id: newId(),
    status: 'completed',
    created_after: '2024-03-05T12:00:00Z',
    created_before: '2024-03-05T12:00:00.000Z',
  }
  for (const [name, value] of Object.entries(others))
    expect(await idsOf({ ...narrow, [name]: value }), name).toEqual([])
})

test.each([
  ['status', 'done'],
  ['call_status', 'no_answer'],
  ['campaign_id', '7'],
  ['phone_number', '4155550142'],
  ['disposition', ''],
  ['created_after', 'yesterday'],
  ['created_before', '2024-03-05T12:00:00'],
  ['q', ' … '],
  ['q', 'word '.repeat(17)],
  ['q', 'w'.repeat(201)],
  ['q', 'nul\0'],
  ['cursor', 'here'],
  ['quarter', 'q1'],
])('%s=%j is refused by its name', async (name, value) => {
  const answer = await list({ [name]: value })
  expect(answer.status).toBe(400)
  expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toEqual([name])
})
