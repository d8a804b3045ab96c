import { sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { Transaction } from './database.ts'

/** Ends what an account has waiting, and answers what was ended. */
export async function cancelWaitingCalls(trx: Transaction, account: AccountId): Promise<CallId[]> {
  const cancelled = await sql<{ id: CallId }>`select cancel_waiting_calls(${account}) as id`.execute(trx)
  return cancelled.rows.map(row => row.id)
}

/** Marks all live calls of an account to be hung up at once, and answers which. */
export async function stopLiveCalls(trx: Transaction, account: AccountId): Promise<CallId[]> {
  const stopped = await trx
    .updateTable('calls')
    .set({ stop_requested: 'now' })
    .where('account_id', '=', account)
    .where('status', '=', 'in_progress')
    .returning('id')
    .execute()
  return stopped.map(row => row.id)
}
