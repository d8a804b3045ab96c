import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CallAudio } from '../../src/dialer/call-audio.ts'
import { CallRecords, GivenUp } from '../../src/dialer/records.ts'
import { watchBy } from '../../src/domain/call-watch.ts'
import type { CallId, NodeId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { talked } from '../../src/domain/outcome.ts'
import { openLifelines } from '../../src/files/lifelines.ts'
import { openRecordings } from '../../src/files/recordings.ts'
import { claimCall } from '../../src/store/attempts.ts'
import type { Database } from '../../src/store/database.ts'
import { type Jobs, openJobs } from '../../src/store/jobs.ts'
import { testAccount, testCall } from '../accounts.ts'
import { testDatabase } from '../postgres.ts'
import { ScriptedLeg } from '../scripted/leg.ts'

const opened = new AsyncDisposableStack()
let database: Database
let jobs: Jobs
let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-records-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  database = opened.use(await testDatabase()).database
  jobs = opened.use(await openJobs(database))
})
afterAll(() => opened.disposeAsync())

/** A call that this node has claimed, and is ringing. */
async function claimed(): Promise<{ callId: CallId; records: CallRecords }> {
  const callId = await testCall(database, await testAccount(database))
  const nodeId = newId<NodeId>()
  const call = await claimCall(database, { callId, nodeId })
  if (typeof call === 'string') throw new Error(`the call could not be claimed: ${call}`)
  const recordings = openRecordings('/nonexistent', () => undefined)
  const log = pino({ level: 'silent' })
  const lifelines = openLifelines(dataDir, error => expect.fail(String(error)))
  const deps = { database, jobs, recordings, lifelines, nodeId, log, watch: watchBy([]) }
  const plan = { ...call.plan, record: false }
  return { callId, records: new CallRecords({ ...call, plan }, deps) }
}

const rowOf = (callId: CallId) =>
  database.kysely.selectFrom('calls').selectAll().where('id', '=', callId).executeTakeFirstOrThrow()

test('a database that is away when the callee answers stops no talk, and is told of it later', async () => {
  const { callId, records } = await claimed()
  await using leg = new ScriptedLeg()
  leg.lifeline = 'how to hang up'
  await sql`alter table attempts rename to attempts_away`.execute(database.kysely)
  await records.answered(leg, new CallAudio())
  expect((await rowOf(callId)).answered_at).toBeNull()
  // Whoever finds this process dead can hang up all the same.
  const kept = openLifelines(dataDir, error => expect.fail(String(error)))
  expect(await kept.of(callId)).toEqual(['how to hang up'])
  const outcome = talked('agent_ended', 'human')
  const ending = records.end({ outcome, latency: null, networkCode: null })
  await sql`alter table attempts_away rename to attempts`.execute(database.kysely)
  await ending
  const row = await rowOf(callId)
  expect(row).toMatchObject({ status: 'completed', call_status: 'completed', completed: false })
  expect(row.answered_at?.getTime()).toBeLessThanOrEqual(row.ended_at?.getTime() ?? 0)
  expect(await kept.of(callId)).toEqual([])
})

test('a call that others have ended is answered for nobody', async () => {
  const { callId, records } = await claimed()
  await using leg = new ScriptedLeg()
  const ended = { status: 'failed', call_status: 'failed' } as const
  await database.kysely.updateTable('calls').set(ended).where('id', '=', callId).execute()
  await expect(records.answered(leg, new CallAudio())).rejects.toThrow(GivenUp)
  expect(await rowOf(callId)).toMatchObject({ ...ended, answered_at: null })
})
