import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'
import { storedAccount, storedCall } from '../../test/stored-call.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import { claimDue, enqueueWebhook, freezeBody, recordTry, releaseClaims } from './outbox.ts'

const everything = { total: 100, perHost: 10, underWay: new Map<string, number>() }

describe('the outbox', () => {
  let opened: TestDatabase
  let account: AccountId
  let callId: CallId
  const db = () => opened.database.kysely
  const row = (url: string | null, events: string[] | null = null) => ({
    id: callId,
    account_id: account,
    webhook_url: url,
    webhook_events: events,
  })
  const enqueue = (url: string, event = 'call.completed') => enqueueWebhook(db(), { call: row(url), event })
  const later = (seconds: number) =>
    db()
      .updateTable('webhook_deliveries')
      .set({ next_try_at: sql<Date>`next_try_at - make_interval(secs => ${seconds})` })
      .execute()

  beforeAll(async () => {
    opened = await testDatabase()
    account = await storedAccount(opened.database)
    callId = await storedCall(opened.database, account)
  })
  afterAll(() => opened[Symbol.asyncDispose]())
  beforeEach(() => db().deleteFrom('webhook_deliveries').execute())

  it('keeps what somebody wants to hear, and nothing else', async () => {
    await enqueueWebhook(db(), { call: row(null), event: 'call.completed' })
    await enqueueWebhook(db(), { call: row('https://a.test/'), event: 'call.started' })
    await enqueueWebhook(db(), { call: row('https://a.test/', ['call.started']), event: 'call.failed' })
    expect(await claimDue(db(), everything)).toEqual([])
    await enqueueWebhook(db(), { call: row('https://a.test/'), event: 'call.failed' })
    await enqueueWebhook(db(), { call: row('https://a.test/', ['call.started']), event: 'call.started' })
    const events = (await claimDue(db(), everything)).map(delivery => delivery.event)
    expect(events.sort()).toEqual(['call.failed', 'call.started'])
  })

  it('gives a delivery to one process only, and again when that one died', async () => {
    for (let n = 0; n < 20; n++) await enqueue(`https://host${n}.test/`)
    const claims = await Promise.all(
      Array.from({ length: 4 }, () => claimDue(db(), { ...everything, total: 7 })),
    )
    const ids = claims.flat().map(delivery => delivery.id)
    expect(new Set(ids).size).toBe(ids.length)
    const rest = await claimDue(db(), everything)
    expect(ids.length + rest.length).toBe(20)
    expect(await claimDue(db(), everything)).toEqual([])
    await later(60)
    expect(await claimDue(db(), everything)).toHaveLength(20)
  })

  it('serves every host first once, and none more often than allowed', async () => {
    for (let n = 0; n < 30; n++) await enqueue('https://Busy.test:8443/hook?n=1')
    await enqueue('https://quiet.test/')
    const first = await claimDue(db(), { ...everything, total: 2 })
    expect(first.map(delivery => delivery.host).sort()).toEqual(['busy.test:8443', 'quiet.test'])
    const second = await claimDue(db(), { ...everything, underWay: new Map([['busy.test:8443', 1]]) })
    expect(second).toHaveLength(9)
    expect(await claimDue(db(), { ...everything, underWay: new Map([['busy.test:8443', 10]]) })).toEqual([])
  })

  it('keeps the first body for every later try', async () => {
    await enqueue('https://a.test/')
    const [delivery] = await claimDue(db(), everything)
    expect(delivery?.body).toBeNull()
    expect(await freezeBody(db(), delivery!.id, '{"a":1}')).toBe('{"a":1}')
    expect(await freezeBody(db(), delivery!.id, '{"a":2}')).toBe('{"a":1}')
    await later(60)
    expect((await claimDue(db(), everything))[0]?.body).toBe('{"a":1}')
  })

  it('is due again after the wait, and done after success or the last failure', async () => {
    await enqueue('https://a.test/')
    const [first] = await claimDue(db(), everything)
    await recordTry(db(), first!, { next: 'retry', delayMs: 60_000, httpStatus: 500, error: 'HTTP 500' })
    await later(55)
    expect(await claimDue(db(), everything)).toEqual([])
    await later(6)
    const [second] = await claimDue(db(), everything)
    expect(second).toMatchObject({ id: first!.id, tries: 1 })
    await recordTry(db(), second!, { next: 'none', status: 'delivered', httpStatus: 204 })
    await later(3_600)
    expect(await claimDue(db(), everything)).toEqual([])
    const stored = await db().selectFrom('webhook_deliveries').selectAll().executeTakeFirstOrThrow()
    expect(stored).toMatchObject({ status: 'delivered', tries: 2, last_http_status: 204, last_error: null })
    expect(stored.delivered_at).toBeInstanceOf(Date)
  })

  it('ignores the late result of a try that another process has repeated', async () => {
    await enqueue('https://a.test/')
    const [slow] = await claimDue(db(), everything)
    await later(60)
    const [fast] = await claimDue(db(), everything)
    await recordTry(db(), fast!, { next: 'none', status: 'delivered', httpStatus: 200 })
    await recordTry(db(), slow!, { next: 'retry', delayMs: 1, httpStatus: null, error: 'late' })
    const stored = await db().selectFrom('webhook_deliveries').selectAll().executeTakeFirstOrThrow()
    expect(stored).toMatchObject({ status: 'delivered', tries: 1, last_error: null })
  })

  it('has released claims at once again, with no try counted', async () => {
    await enqueue('https://a.test/')
    await releaseClaims(db(), await claimDue(db(), everything))
    expect(await claimDue(db(), everything)).toMatchObject([{ tries: 0 }])
  })
})
