import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'
import { storedAccount, storedCall } from '../../test/stored-call.ts'
import { analysisOf } from '../domain/call-analysis.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import { type AnalysisRequest, type Analyst, VoiceFault } from '../speech/port.ts'
import { appendEvents } from '../store/events.ts'
import { type FinishDeps, finishCall } from './finish-call.ts'

const webhook_url = 'https://customer.test/hook'
const never = new AbortController().signal

describe('finishing a call', () => {
  let opened: TestDatabase
  let account: AccountId
  const db = () => opened.database.kysely

  beforeAll(async () => {
    opened = await testDatabase()
    account = await storedAccount(opened.database)
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  const told = { summary: 'The appointment was confirmed.', disposition: 'confirmed' }
  const summed: Analyst = {
    analyse: ({ terms }) => Promise.resolve(analysisOf(terms, told, 'model')),
  }
  const deps = (other: Partial<FinishDeps> = {}): FinishDeps => ({
    database: opened.database,
    recordings: { repair: () => Promise.reject(new Error('not to be repaired')) },
    analyst: summed,
    log: pino({ level: 'silent' }),
    ...other,
  })
  async function spokenCall(other: Parameters<typeof storedCall>[2] = {}): Promise<CallId> {
    const id = await storedCall(opened.database, account, { webhook_url, ...other })
    const line = { call_id: id, interrupted: false, created_at: new Date() }
    await db()
      .insertInto('transcript_entries')
      .values([
        { ...line, id: newId(), speaker: 'user', text: 'Yes.', start_ms: 900, end_ms: 1_200 },
        { ...line, id: newId(), speaker: 'assistant', text: 'Tomorrow at three?', start_ms: 0, end_ms: 800 },
      ])
      .execute()
    return id
  }
  const callOf = (id: CallId) =>
    db().selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const eventsOf = async (id: CallId) =>
    (
      await db()
        .selectFrom('call_events')
        .select('body')
        .where('call_id', '=', id)
        .orderBy('sequence')
        .execute()
    ).map(row => row.body)
  const hooksOf = async (id: CallId) =>
    (await db().selectFrom('webhook_deliveries').select('event').where('call_id', '=', id).execute()).map(
      row => row.event,
    )

  it('stores the summary, then says that all is there', async () => {
    const id = await spokenCall({ recording_status: 'ready' })
    const asked: AnalysisRequest[] = []
    const analyst: Analyst = {
      analyse: request => {
        asked.push(request)
        return summed.analyse(request, never)
      },
    }
    await finishCall(deps({ analyst }), id, never)
    expect(asked[0]?.transcript.map(line => [line.user, line.text])).toEqual([
      ['assistant', 'Tomorrow at three?'],
      ['user', 'Yes.'],
    ])
    expect(asked[0]).toMatchObject({ facts: { patient_name: 'John Smith' }, language: 'en-US' })
    expect(await callOf(id)).toMatchObject({ completed: true, summary: 'The appointment was confirmed.' })
    expect(await eventsOf(id)).toEqual([
      { type: 'recording_ready' },
      { type: 'analysed', summary: 'The appointment was confirmed.', disposition: 'confirmed' },
    ])
    expect(await hooksOf(id)).toEqual(['call.completed'])
  })

  it('tells those who wait for this disposition', async () => {
    const webhook_events = ['call.completed.confirmed', 'call.completed.declined']
    const id = await spokenCall({ webhook_events })
    await finishCall(deps(), id, never)
    expect(await hooksOf(id)).toEqual(['call.completed.confirmed'])
    expect(await callOf(id)).toMatchObject({ disposition: 'confirmed', analysis: { source: 'model' } })
  })

  it('keeps how the last attempt went, out of its events', async () => {
    const id = await spokenCall({ answered_at: new Date(), ended_at: new Date() })
    const turn = (voice_to_voice_ms: number) => {
      const unknown = { endpoint_ms: null, recognition_ms: null, first_token_ms: null, first_audio_ms: null }
      return { type: 'turn_latency' as const, turn: 1, latency: { ...unknown, voice_to_voice_ms }, at_ms: 1 }
    }
    const counts = { overlaps: 5, interruptions: 2, backchannels: 1, false_stops: 1, cut_offs: 0 }
    const dialing = { type: 'dialing' as const, attempt: 2 }
    const told = { type: 'turn_taking' as const, ...counts, at_ms: 9 }
    await db()
      .transaction()
      .execute(trx => appendEvents(trx, id, [turn(4_000), dialing, turn(812), turn(640), told]))
    await finishCall(deps(), id, never)
    expect(await callOf(id)).toMatchObject({ turn_latencies_ms: [812, 640], turn_taking: counts })
    const silent = await spokenCall()
    await finishCall(deps(), silent, never)
    expect(await callOf(silent)).toMatchObject({ turn_latencies_ms: [], turn_taking: null })
  })

  it('does so once, however often and however many at a time it runs', async () => {
    const id = await spokenCall()
    await Promise.all(Array.from({ length: 5 }, () => finishCall(deps(), id, never)))
    await finishCall(deps(), id, never)
    expect(await eventsOf(id)).toHaveLength(1)
    expect(await hooksOf(id)).toEqual(['call.completed'])
  })

  it.each<[string, Analyst]>([
    [
      'fails',
      { analyse: () => Promise.reject(new VoiceFault('openai', 'quota', { message: 'out of quota' })) },
    ],
    ['hangs and heeds no signal', { analyse: () => new Promise(() => undefined) }],
  ])('leaves the summary out when the analyst %s', async (_, analyst) => {
    const id = await spokenCall()
    await finishCall(deps({ analyst, analysisTimeoutMs: 50 }), id, never)
    expect(await callOf(id)).toMatchObject({ completed: true, summary: null })
    expect(await hooksOf(id)).toEqual(['call.completed'])
  })

  it('leaves the call to another process when this one closes', async () => {
    const id = await spokenCall()
    const closing = new AbortController()
    const analyst: Analyst = {
      async analyse({ terms }) {
        closing.abort()
        await sleep(5_000)
        return analysisOf(terms, told, 'model')
      },
    }
    await expect(finishCall(deps({ analyst }), id, closing.signal)).rejects.toThrow('aborted')
    expect(await callOf(id)).toMatchObject({ completed: false, summary: null })
    await finishCall(deps(), id, never)
    expect(await callOf(id)).toMatchObject({ completed: true })
  })

  it('makes whole the recording of a process that died', async () => {
    const id = await spokenCall({ recording_status: 'recording', recording_path: 'recordings/x.wav' })
    const repaired: string[] = []
    const recordings: FinishDeps['recordings'] = {
      repair: path => {
        repaired.push(path)
        return Promise.resolve('partial')
      },
    }
    await finishCall(deps({ recordings }), id, never)
    expect(repaired).toEqual(['recordings/x.wav'])
    expect(await callOf(id)).toMatchObject({ completed: true, recording_status: 'partial' })
    expect(await eventsOf(id)).toContainEqual({ type: 'recording_ready' })
  })

  it('finishes without a recording that can not be repaired', async () => {
    const id = await spokenCall({ recording_status: 'recording', recording_path: 'recordings/x.wav' })
    await finishCall(deps(), id, never)
    expect(await callOf(id)).toMatchObject({ completed: true, recording_status: 'none' })
  })

  it('asks nobody to sum up silence', async () => {
    const id = await storedCall(opened.database, account, { webhook_url })
    const analyst: Analyst = { analyse: () => Promise.reject(new Error('not to be asked')) }
    await finishCall(deps({ analyst }), id, never)
    expect(await callOf(id)).toMatchObject({ completed: true, summary: null })
  })

  it('tells no second webhook of a failure, and one of a call that was stopped while it was live', async () => {
    const failed = await spokenCall({ status: 'failed' })
    await finishCall(deps(), failed, never)
    expect([(await callOf(failed)).completed, await hooksOf(failed)]).toEqual([true, []])
    const stopped = await spokenCall({ status: 'cancelled' })
    await finishCall(deps(), stopped, never)
    expect(await hooksOf(stopped)).toEqual(['call.completed'])
  })

  it('leaves alone what has not ended or does not exist', async () => {
    const live = await spokenCall({ status: 'in_progress' })
    await finishCall(deps(), live, never)
    await finishCall(deps(), newId() as CallId, never)
    expect(await callOf(live)).toMatchObject({ completed: false })
  })
})
