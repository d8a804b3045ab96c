import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { enforceRetention } from '../src/aftercall/enforce-retention.ts'
import type { CallId } from '../src/domain/ids.ts'
import { openRecordings } from '../src/files/recordings.ts'
import { appendEvents } from '../src/store/events.ts'
import { enqueueAccountEvent, enqueueWebhook } from '../src/store/outbox.ts'
import { type TestApi, testApi } from './http-api.ts'
import { storedCall } from './stored-call.ts'

const number = '+14155550199'
const said = 'My name is Zebediah Quux'
const dayMs = 24 * 3_600_000

/** The API with recordings on a disk of its own. */
async function apiWithDisk() {
  const folder = await mkdtemp(join(tmpdir(), 'parley-erasure-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'recordings'))
  const recordings = openRecordings(folder, () => undefined)
  return { api: await testApi({ recordings }), folder, recordings }
}

/** A call that is over and has left something everywhere. */
async function talkedCall(
  api: TestApi,
  folder: string,
  o: { daysAgo?: number; inbound?: boolean } = {},
): Promise<CallId> {
  const { database, accountId } = api
  const ended_at = new Date(Date.now() - (o.daysAgo ?? 0) * dayMs)
  const [phone_number, from_number] = o.inbound ? ['+18005551234', number] : [number, '+18005551234']
  const person = JSON.stringify({ phone_number: number, task: `Call ${said}` })
  const id = await storedCall(database, accountId, {
    phone_number,
    from_number,
    direction: o.inbound ? 'inbound' : 'outbound',
    ended_at,
    answered_at: new Date(ended_at.getTime() - 60_000),
    request: person,
    plan: person,
    metadata: person,
    summary: said,
    disposition: said,
    analysis: JSON.stringify({ summary: said }),
    error_message: `${number} was lost`,
    webhook_url: `https://a.test/?who=${encodeURIComponent(number)}`,
    billed_seconds: 60,
    completed: true,
  })
  const recording_path = `recordings/${id}.wav`
  await writeFile(join(folder, recording_path), `RIFF ${said}`)
  const row = { recording_path, recording_status: 'ready' } as const
  await database.kysely.updateTable('calls').set(row).where('id', '=', id).execute()
  const entry = {
    id,
    user: 'user' as const,
    text: said,
    start_ms: 0,
    end_ms: 1,
    interrupted: false,
    created_at: ended_at.toISOString(),
  }
  await database.kysely.transaction().execute(async trx => {
    await appendEvents(trx, id, [
      { type: 'prompt', text: said },
      { type: 'transcript', entry },
      { type: 'tool_call', tool_call_id: '1', name: 'look_up', arguments: { number }, at_ms: 1 },
      { type: 'analysed', summary: said, disposition: null },
    ])
    const call = { id, account_id: accountId, webhook_url: 'https://a.test/', webhook_events: null }
    await enqueueWebhook(trx, { call, event: 'call.completed', details: { said, number } })
  })
  await sql`update webhook_deliveries set body = ${person} where call_id = ${id}`.execute(database.kysely)
  return id
}

/** Where a text stands in any table or file. */
async function traces({ database }: TestApi, folder: string, text: string): Promise<string[]> {
  const tables = await sql<{ name: string }>`
    select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(
    database.kysely,
  )
  const found: string[] = []
  for (const { name } of tables.rows) {
    const hits = await sql<{ count: string }>`
      select count(*) from ${sql.raw(name)} as one where one::text like ${`%${text}%`}`.execute(
      database.kysely,
    )
    if (Number(hits.rows[0]?.count) > 0) found.push(name)
  }
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const path = join(file.parentPath, file.name)
    if ((await readFile(path, 'utf8')).includes(text)) found.push(path)
  }
  return found
}

test('of a call that is erased nothing is left but what was billed', async () => {
  const { api, folder } = await apiWithDisk()
  const id = await talkedCall(api, folder)
  expect((await traces(api, folder, said)).length).toBeGreaterThanOrEqual(5)
  const { key } = await api.stranger()
  expect((await api.send('DELETE', `/v1/calls/${id}`, { key })).status).toBe(404)
  expect((await api.send('DELETE', `/v1/calls/${id}`)).status).toBe(204)
  expect(await traces(api, folder, said)).toEqual([])
  expect(await traces(api, folder, number.slice(1))).toEqual([])
  const call = (await api.send('GET', `/v1/calls/${id}`)).body
  expect(call).toMatchObject({
    id,
    status: 'completed',
    phone_number: 'erased',
    erased_at: expect.any(String),
    actual_duration_billed: 1,
    duration: 1,
    transcript: [],
    recording_url: null,
    call_summary: null,
  })
  expect((await api.send('GET', `/v1/calls/${id}/recording`)).status).toBe(404)
  expect((await api.send('DELETE', `/v1/calls/${id}`)).status).toBe(204)
})

test('a call that waits or is live is stopped before it is erased', async () => {
  const { api } = await apiWithDisk()
  for (const status of ['queued', 'in_progress'] as const) {
    const id = await storedCall(api.database, api.accountId, { status })
    const refused = await api.send('DELETE', `/v1/calls/${id}`)
    expect(refused).toMatchObject({ status: 409, body: { current_status: status } })
  }
})

test('a number that is erased is nowhere, and still never called where it must not be', async () => {
  const { api, folder } = await apiWithDisk()
  const talked = await talkedCall(api, folder)
  await talkedCall(api, folder, { inbound: true })
  const other = await storedCall(api.database, api.accountId, { phone_number: '+14155550100' })
  const headers = { 'idempotency-key': 'lead-000001' }
  await api.send('POST', '/v1/leads', { body: { phone_number: number, name: said }, headers })
  const waiting = await api.send('POST', '/v1/calls', {
    body: { phone_number: number, task: `Call ${said}` },
  })
  const consent = {
    phone_number: number,
    seller: 'Bright Dental',
    wording: 'I agree to be called by an AI agent.',
    method: 'web_form',
    source: `form of ${number}`,
    obtained_at: '2026-01-01T10:00:00Z',
  }
  await api.send('POST', '/v1/consents', { body: consent })
  const object = { phone_number: number, status: 'Contacted' }
  await enqueueAccountEvent(api.database.kysely, {
    account: api.accountId,
    event: 'lead.status_changed',
    object,
    url: 'https://a.test/',
  })
  const erased = await api.send('POST', '/v1/erasures', { body: { phone_number: number } })
  expect(erased).toMatchObject({
    status: 200,
    body: { erased_calls: 3, cancelled_calls: 1, erased_leads: 1, suppression_kept: false },
  })
  expect(await traces(api, folder, number.slice(1))).toEqual([])
  expect(await traces(api, folder, said)).toEqual([])
  const calls = await api.database.kysely
    .selectFrom('calls')
    .select(['id', 'status', 'phone_number'])
    .execute()
  expect(calls).toContainEqual({ id: waiting.body.call_id, status: 'cancelled', phone_number: 'erased' })
  expect(calls).toContainEqual({ id: talked, status: 'completed', phone_number: 'erased' })
  expect(calls).toContainEqual({ id: other, status: 'completed', phone_number: '+14155550100' })
  expect((await api.send('GET', '/v1/audit?action=number.erased')).body.data).toHaveLength(1)
})

test('a number on the do-not-call list stays there as a hash', async () => {
  const { api, folder } = await apiWithDisk()
  await api.send('POST', '/v1/do-not-call', { body: { phone_number: number, reason: `${said} asked` } })
  const erased = await api.send('POST', '/v1/erasures', { body: { phone_number: number } })
  expect(erased.body).toMatchObject({ suppression_kept: true })
  expect(await traces(api, folder, number.slice(1))).toEqual([])
  const call = { phone_number: number, task: 'Confirm the appointment tomorrow.' }
  expect(await api.send('POST', '/v1/calls', { body: call })).toMatchObject({
    status: 422,
    body: { title: 'Number on the do-not-call list' },
  })
  expect((await api.send('DELETE', `/v1/do-not-call/${encodeURIComponent(number)}`)).status).toBe(204)
  expect((await api.send('POST', '/v1/calls', { body: call })).status).toBe(201)
})

test('sound, words and persons go when their time has come, and not before', async () => {
  const { api, folder, recordings } = await apiWithDisk()
  const ages = [29, 31, 89, 91, 394, 396]
  const ids = new Map<number, CallId>()
  for (const daysAgo of ages) ids.set(daysAgo, await talkedCall(api, folder, { daysAgo }))
  const live = await storedCall(api.database, api.accountId, { status: 'in_progress', phone_number: number })
  const enforce = (atMs: number) =>
    enforceRetention(
      { database: api.database, recordings, clock: () => atMs, log: pino({ level: 'silent' }) },
      new AbortController().signal,
    )
  const left = async () => {
    const rows = await api.database.kysely
      .selectFrom('calls')
      .select(['id', 'recording_path', 'summary', 'phone_number'])
      .execute()
    const byId = new Map(rows.map(row => [row.id, row]))
    return ages.map(age => {
      const row = byId.get(ids.get(age) as CallId)
      return [age, row?.recording_path !== null, row?.summary !== null, row?.phone_number === number]
    })
  }
  const now = Date.now()
  await enforce(now)
  expect(await left()).toEqual([
    [29, true, true, true],
    [31, false, true, true],
    [89, false, true, true],
    [91, false, false, true],
    [394, false, false, true],
    [396, false, false, false],
  ])
  expect(await readdir(join(folder, 'recordings'))).toEqual([`${ids.get(29)}.wav`])
  await api.send('PATCH', `/v1/accounts/${api.accountId}`, {
    body: { settings: { retention: { audio_days: 1, transcript_days: 1, metadata_days: 92 } } },
  })
  await enforce(now)
  expect(await left()).toEqual([
    [29, false, false, true],
    [31, false, false, true],
    [89, false, false, true],
    [91, false, false, true],
    [394, false, false, false],
    [396, false, false, false],
  ])
  await enforce(now + 100 * dayMs)
  expect(await traces(api, folder, said)).toEqual([])
  const going = await api.database.kysely
    .selectFrom('calls')
    .select('phone_number')
    .where('id', '=', live)
    .execute()
  expect(going).toEqual([{ phone_number: number }])
})
