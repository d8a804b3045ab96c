import { ApiError } from '@parley/contract/errors'
import { e164 } from '@parley/contract/fields'
import type { AccountId } from '../domain/ids.ts'
import type { Database, Transaction } from '../store/database.ts'
import {
  type DoNotCallRow,
  insertListing,
  isListed,
  lockNumber,
  lockWaitingCalls,
  type NewListing,
} from '../store/do-not-call.ts'
import { notifyCall } from '../store/notify.ts'
import { cancelWaiting } from './stop-call.ts'

/** Throws ApiError `do_not_call` where the account must not call the number; else nobody lists it before the transaction ends. */
export async function refuseListed(
  trx: Transaction,
  o: { account: AccountId; number: string },
): Promise<void> {
  if (!e164.test(o.number)) return
  await lockNumber(trx, o, 'to call')
  if (!(await isListed({ kysely: trx }, o))) return
  const message = 'The number is on the do-not-call list of this account'
  throw new ApiError('do_not_call', {
    detail: message,
    errors: [{ path: 'phone_number', message, code: 'do_not_call' }],
  })
}

export interface Listed {
  readonly row: DoNotCallRow
  readonly existed: boolean
  readonly cancelledCalls: number
}

/** Puts a number on the list and cancels the calls that wait for it, all or nothing. */
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
    const done = { ...inserted, cancelledCalls: waiting.length }
    await alongside?.(trx, done)
    return { listed: done, cancelled: waiting }
  })
  for (const call of cancelled) await notifyCall(database, call.id, 'webhook')
  return listed
}
