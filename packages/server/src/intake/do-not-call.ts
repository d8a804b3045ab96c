import type { Database, Transaction } from '../store/database.ts'
import {
  type DoNotCallRow,
  insertListing,
  lockNumber,
  lockWaitingCalls,
  type NewListing,
} from '../store/do-not-call.ts'
import { advanceLead } from '../store/lead-status.ts'
import { notifyCall } from '../store/notify.ts'
import { cancelWaiting } from './stop-call.ts'

export interface Listed {
  readonly row: DoNotCallRow
  readonly existed: boolean
  readonly cancelledCalls: number
}

/**
 * Puts a number on the list and cancels the calls that wait for it, all or nothing. A lead who asked for it in a call
 * is unsubscribed with it.
 */
export async function listNumber(
  database: Database,
  given: NewListing,
  alongside?: (trx: Transaction, listed: Listed) => Promise<void>,
): Promise<Listed> {
  const { listed, cancelled } = await database.kysely.transaction().execute(async trx => {
    await lockNumber(trx, given, 'to list')
    const inserted = await insertListing(trx, given)
    const waiting = await lockWaitingCalls(trx, given)
    for (const call of waiting) await cancelWaiting(trx, call)
    if (given.source === 'call')
      await advanceLead(trx, {
        account: given.account,
        lead: { number: given.number },
        status: 'Unsubscribed',
        because: { call_id: given.callId },
      })
    const done = { ...inserted, cancelledCalls: waiting.length }
    await alongside?.(trx, done)
    return { listed: done, cancelled: waiting }
  })
  for (const call of cancelled) await notifyCall(database, call.id, 'webhook')
  return listed
}
