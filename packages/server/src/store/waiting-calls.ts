import { sql } from 'kysely'
import type { CallId } from '../domain/ids.ts'
import type { Outcome } from '../domain/outcome.ts'
import { type CallRow, fromNow } from './calls.ts'
import type { Transaction } from './database.ts'
import { appendEvents } from './events.ts'
import type { Jobs } from './jobs.ts'
import { enqueueWebhook } from './outbox.ts'

/** Calls that nobody has dialled yet; whoever changes one has its row locked. */

/** It may be claimed, for so long. */
export async function makeReady(trx: Transaction, id: CallId, holdsMs: number): Promise<void> {
  await trx
    .updateTable('calls')
    .set({ status: 'queued', dial_after: null, checked_until: fromNow(holdsMs) })
    .where('id', '=', id)
    .execute()
}

/** It waits until then. */
export async function putOff(trx: Transaction, id: CallId, until: Date): Promise<void> {
  await trx.updateTable('calls').set({ status: 'pending', dial_after: until }).where('id', '=', id).execute()
}

/** It ends as failed, since it may not be dialled. */
export async function refuseWaiting(trx: Transaction, call: CallRow, reason: string): Promise<void> {
  const error_message = `Not dialled: ${reason}`
  await trx
    .updateTable('calls')
    .set({
      status: 'failed',
      call_status: 'failed',
      end_reason: null,
      error_message,
      ended_at: sql<Date>`now()`,
      completed: true,
    })
    .where('id', '=', call.id)
    .execute()
  await appendEvents(trx, call.id, [
    { type: 'ended', call_status: 'failed', end_reason: null, error_message },
  ])
  await enqueueWebhook(trx, { call, event: 'call.failed' })
}

/**
 * An attempt has reached nobody, and another one follows: the call waits for it, free of what belonged to the line.
 * The transcript is that of the last attempt; what was heard in earlier ones stands in the events.
 */
export async function waitForRetry(
  trx: Transaction,
  jobs: Jobs,
  { callId, attempt, outcome, at }: { callId: CallId; attempt: number; outcome: Outcome; at: Date },
): Promise<void> {
  const { callStatus, errorMessage } = outcome
  await trx
    .updateTable('calls')
    .set({
      status: 'pending',
      dial_after: at,
      call_status: callStatus,
      error_message: errorMessage,
      answered_by: outcome.answeredBy,
      answered_at: null,
      node_id: null,
      trunk_id: null,
      lifeline: null,
      provider_call_id: null,
      recording_path: null,
      recording_status: 'none',
    })
    .where('id', '=', callId)
    .execute()
  await trx.deleteFrom('transcript_entries').where('call_id', '=', callId).execute()
  const retrying = { attempt, call_status: callStatus, error_message: errorMessage, at: at.toISOString() }
  await appendEvents(trx, callId, [{ type: 'retrying', ...retrying }])
  await jobs.send('dial', { callId }, { transaction: trx, startAt: at })
}
