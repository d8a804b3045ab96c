import type { Erasure } from '@parley/contract/erasures'
import { ApiError } from '@parley/contract/errors'
import { terminalStatuses } from '@parley/contract/status'
import type { CallId } from '../domain/ids.ts'
import { type CallRow, lockCall } from '../store/calls.ts'
import type { Database, Transaction } from '../store/database.ts'
import { lockNumber } from '../store/do-not-call.ts'
import { eraseCalls, eraseTraces, lockCallsWith, type NumberOf } from '../store/erasure.ts'
import { notifyCall } from '../store/notify.ts'
import type { Sealing } from '../store/sealing.ts'
import { type CallOf, cancelWaiting } from './stop-call.ts'

export interface EraseDeps {
  readonly database: Database
  readonly sealing: Pick<Sealing, 'hash'>
  /** Removes the file of a recording, if it is there. */
  readonly removeRecording: (path: string) => Promise<void>
}

/**
 * Erases a call but for what was billed. Throws ApiError `not_found`, or `conflict` while the call waits or is live. Its
 * recording goes first, inside the transaction: where that fails nothing is said to be erased.
 */
export async function eraseCall(trx: Transaction, deps: EraseDeps, of: CallOf): Promise<void> {
  const call = await lockCall(trx, of)
  if (call === null) throw new ApiError('not_found', { detail: 'No such call' })
  refuseUnfinished([call])
  await removeRecordings(deps, [call])
  await eraseCalls(trx, [call.id])
}

/** Answers what was erased, and which calls were cancelled for it: these are to be told when the transaction is over. */
export async function eraseNumber(
  trx: Transaction,
  deps: EraseDeps,
  of: NumberOf,
): Promise<{ erasure: Erasure; cancelled: readonly CallId[] }> {
  // Whoever places a call to the number waits until it is gone.
  await lockNumber(trx, of, 'to list')
  const calls = await lockCallsWith(trx, of)
  const waiting = calls.filter(({ status }) => status === 'pending' || status === 'queued')
  refuseUnfinished(calls.filter(call => !waiting.includes(call)))
  for (const call of waiting) await cancelWaiting(trx, call)
  await removeRecordings(deps, calls)
  await eraseCalls(
    trx,
    calls.map(call => call.id),
  )
  const { leads, messages, suppressed } = await eraseTraces(trx, of, deps.sealing)
  const erasure = {
    erased_calls: calls.length,
    cancelled_calls: waiting.length,
    erased_leads: leads,
    erased_messages: messages,
    suppression_kept: suppressed,
  }
  return { erasure, cancelled: waiting.map(call => call.id) }
}

export async function tellCancelled({ database }: EraseDeps, cancelled: readonly CallId[]): Promise<void> {
  for (const id of cancelled) await notifyCall(database, id)
}

function refuseUnfinished(calls: readonly CallRow[]): void {
  const going = calls.find(({ status }) => !terminalStatuses.some(terminal => terminal === status))
  if (going === undefined) return
  const detail = `The call ${going.id} is ${going.status}: stop it first`
  throw new ApiError('conflict', { detail, current_status: going.status })
}

async function removeRecordings({ removeRecording }: EraseDeps, calls: readonly CallRow[]): Promise<void> {
  for (const { recording_path: path } of calls) if (path !== null) await removeRecording(path)
}
