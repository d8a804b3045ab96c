import { ApiError } from '@parley/contract/errors'
import { sql } from 'kysely'
import type { AccountId } from '../domain/ids.ts'
import { type CallRow, lockCall } from '../store/calls.ts'
import type { Database, Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import { notifyCall } from '../store/notify.ts'
import { enqueueWebhook } from '../store/outbox.ts'

export interface CallOf {
  readonly account: AccountId
  readonly id: string
}

export interface StopCallDeps {
  readonly database: Database
  /** What else must be stored if and only if the call is told to end. */
  readonly alongside?: (trx: Transaction) => Promise<void>
}

/**
 * Ends a call. One that waits is cancelled here and now. One that is being dialled or talked belongs to
 * its worker, which is told by a mark on the row: the notification is quick, the worker's own poll is sure.
 * Throws ApiError `not_found`, or `conflict` for a call that is over.
 */
export async function stopCall(
  { database, alongside }: StopCallDeps,
  of: CallOf,
  how: 'now' | 'farewell',
): Promise<void> {
  const call = await database.kysely.transaction().execute(async trx => {
    const found = await lockOrRefuse(trx, of)
    if (isWaiting(found)) await cancelWaiting(trx, found)
    else if (found.status === 'in_progress') await markStop(trx, found, how)
    else throw wrongState(found, 'stopped')
    await alongside?.(trx)
    return found
  })
  await notifyCall(database, call.id, 'stop', 'webhook')
}

/** Takes a call back before it is dialled. Throws ApiError `not_found` or `conflict`. */
export async function cancelCall({ database, alongside }: StopCallDeps, of: CallOf): Promise<void> {
  const call = await database.kysely.transaction().execute(async trx => {
    const found = await lockOrRefuse(trx, of)
    if (!isWaiting(found)) throw wrongState(found, 'cancelled')
    await cancelWaiting(trx, found)
    await alongside?.(trx)
    return found
  })
  await notifyCall(database, call.id, 'webhook')
}

async function lockOrRefuse(trx: Transaction, of: CallOf): Promise<CallRow> {
  const call = await lockCall(trx, of)
  if (call === null) throw new ApiError('not_found', { detail: 'No such call' })
  return call
}

function isWaiting({ status }: CallRow): boolean {
  return status === 'queued' || status === 'pending'
}

/** A call that nobody has dialled is over; its row must be locked. */
export async function cancelWaiting(trx: Transaction, call: CallRow): Promise<void> {
  await trx
    .updateTable('calls')
    .set({
      status: 'cancelled',
      call_status: 'cancelled',
      end_reason: 'stopped',
      ended_at: sql<Date>`now()`,
      completed: true,
    })
    .where('id', '=', call.id)
    .execute()
  await appendEvents(trx, call.id, [
    { type: 'ended', call_status: 'cancelled', end_reason: 'stopped', error_message: null },
  ])
  await enqueueWebhook(trx, { call, event: 'call.failed' })
}

/** At once outranks with a farewell, whichever came first. */
async function markStop(trx: Transaction, call: CallRow, how: 'now' | 'farewell'): Promise<void> {
  const stop_requested = call.stop_requested === 'now' ? 'now' : how
  await trx.updateTable('calls').set({ stop_requested }).where('id', '=', call.id).execute()
}

function wrongState({ status }: CallRow, wish: 'stopped' | 'cancelled'): ApiError {
  return new ApiError('conflict', {
    detail: `The call is ${status} and cannot be ${wish}`,
    current_status: status,
  })
}
