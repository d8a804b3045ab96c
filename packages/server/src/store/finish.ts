import type { CallAnalysis } from '@parley/contract/analysis'
import type { CallEventBody, TranscriptEntry } from '@parley/contract/events'
import { type Selectable, sql, type Transaction } from 'kysely'
import type { CallPlan } from '../domain/call-plan.ts'
import type { CallId } from '../domain/ids.ts'
import { readTranscript } from './call-object.ts'
import type { Database } from './database.ts'
import { appendEvents } from './events.ts'
import { notifyCall } from './notify.ts'
import { enqueueWebhook } from './outbox.ts'
import type { Tables } from './tables.ts'
import { storableJson } from './storable-json.ts'

/** A call that has ended and waits for what follows: its recording, its analysis, its last webhook. */
export interface UnfinishedCall {
  readonly id: CallId
  readonly plan: CallPlan
  readonly transcript: readonly TranscriptEntry[]
  readonly recordingPath: string | null
  readonly recordingStatus: RecordingStatus
}

type RecordingStatus = Selectable<Tables['calls']>['recording_status']

/** Null: the call has not ended, is finished already, or does not exist. */
export async function findUnfinished(database: Database, callId: CallId): Promise<UnfinishedCall | null> {
  const row = await database.kysely
    .selectFrom('calls')
    .select(['id', 'plan', 'recording_path', 'recording_status'])
    .where('id', '=', callId)
    .where('completed', '=', false)
    .where('status', 'in', ['completed', 'failed', 'cancelled'])
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    id: row.id,
    plan: row.plan,
    transcript: await readTranscript(database, callId),
    recordingPath: row.recording_path,
    recordingStatus: row.recording_status,
  }
}

export interface FinishedCall {
  readonly callId: CallId
  /** Null: nobody could tell anything. */
  readonly analysis: CallAnalysis | null
  readonly recordingStatus: Exclude<RecordingStatus, 'recording'>
}

/**
 * Marks a call as finished, once: events and the webhook go out with the row, all or nothing. However
 * often this runs, and in however many processes, there is one `analysed` and one `call.completed`.
 */
export async function finish(database: Database, finished: FinishedCall): Promise<void> {
  const done = await database.kysely.transaction().execute(trx => finishWithin(trx, finished))
  if (done) await notifyCall(database, finished.callId, 'webhook')
}

/** Whether the call's campaign takes the disposition for a conversion. */
function isOutcomeOfCampaign(disposition: string | null) {
  return sql<boolean>`exists (select from campaigns where campaigns.id = calls.campaign_id
    and campaigns.config -> 'conversion_outcomes' ? ${disposition}::text)`
}

/** Of what its events tell; they are all there once it has ended. */
function figureOf<Figure>(name: 'turn_latencies_ms' | 'turn_taking') {
  return sql<Figure>`(select ${sql.ref(name)} from call_figures(calls.id))`
}

async function finishWithin(trx: Transaction<Tables>, finished: FinishedCall): Promise<boolean> {
  const { callId, analysis, recordingStatus } = finished
  const { summary, disposition } = analysis ?? { summary: null, disposition: null }
  const call = await trx
    .updateTable('calls')
    .set({
      summary: summary?.replaceAll('\0', '') ?? null,
      disposition,
      analysis: analysis && storableJson(analysis),
      turn_latencies_ms: figureOf<number[]>('turn_latencies_ms'),
      turn_taking: figureOf<string | null>('turn_taking'),
      is_conversion: analysis?.success === true ? true : isOutcomeOfCampaign(disposition),
      recording_status: recordingStatus,
      completed: true,
    })
    .where('id', '=', callId)
    .where('completed', '=', false)
    .returning(['id', 'account_id', 'webhook_url', 'webhook_events', 'status'])
    .executeTakeFirst()
  if (call === undefined) return false
  const events: CallEventBody[] = [{ type: 'analysed', summary, disposition }]
  if (recordingStatus !== 'none') events.unshift({ type: 'recording_ready' })
  await appendEvents(trx, callId, events)
  // A failure was told at once, when the call ended.
  if (call.status === 'failed') return true
  await enqueueWebhook(trx, { call, event: 'call.completed' })
  if (disposition !== null) await enqueueWebhook(trx, { call, event: `call.completed.${disposition}` })
  return true
}
