import { ApiError } from '@parley/contract/errors'
import type { AccountId } from '../domain/ids.ts'
import { readCallingAccount } from '../store/accounts.ts'
import { type ConsentRow, findConsent, hasConsent, markRevoked } from '../store/consents.ts'
import type { Database, Transaction } from '../store/database.ts'
import { lockNumber, lockWaitingCalls } from '../store/do-not-call.ts'
import { notifyCall } from '../store/notify.ts'
import { cancelWaiting } from './stop-call.ts'

export interface Revoked {
  readonly row: ConsentRow
  readonly cancelledCalls: number
}

interface Revocation {
  readonly account: AccountId
  readonly id: string
  readonly reason: string | null
}

/**
 * Takes a consent back. Where the account calls only whoever agreed, and nothing else of theirs holds, the calls that
 * wait for the number are cancelled, all or nothing. Throws ApiError `not_found`.
 */
export async function revokeConsent(
  database: Database,
  { account, id, reason }: Revocation,
  alongside?: (trx: Transaction, revoked: Revoked) => Promise<void>,
): Promise<Revoked> {
  const { settings } = await readCallingAccount(database, account)
  const { revoked, cancelled } = await database.kysely.transaction().execute(async trx => {
    const found = await findConsent({ kysely: trx }, { account, id })
    if (found === null) throw new ApiError('not_found', { detail: 'No such consent' })
    const of = { account, number: found.phone_number }
    await lockNumber(trx, of, 'to list')
    const row = await markRevoked(trx, { id, reason })
    const isLeft = settings.consentRequired !== true || (await hasConsent({ kysely: trx }, of))
    const waiting = isLeft ? [] : await lockWaitingCalls(trx, of)
    for (const call of waiting) await cancelWaiting(trx, call)
    const done = { row, cancelledCalls: waiting.length }
    await alongside?.(trx, done)
    return { revoked: done, cancelled: waiting }
  })
  for (const call of cancelled) await notifyCall(database, call.id, 'webhook')
  return revoked
}
