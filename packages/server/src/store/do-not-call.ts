import type { ListingSource } from '@parley/contract/do-not-call'
import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import type { CallRow } from './calls.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import { hashedNumber } from './hashed-number.ts'
import type { Sealing } from './sealing.ts'
import type { Tables } from './tables.ts'

export type DoNotCallRow = Selectable<Tables['do_not_call']>

/**
 * Whoever lists a number waits for those who are placing calls to it, and the other way round: no call slips
 * in between the look at the list and its own row. Held until the transaction ends.
 */
export async function lockNumber(
  trx: Transaction,
  o: { account: AccountId; number: string },
  how: 'to call' | 'to list',
): Promise<void> {
  const key = sql`hashtextextended(${`${o.account} ${o.number}`}, 0)`
  await (how === 'to call'
    ? sql`select pg_advisory_xact_lock_shared(${key})`
    : sql`select pg_advisory_xact_lock(${key})`
  ).execute(trx)
}

/** Also by what stands for a number that was erased. */
export async function isListed(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; number: string; sealing: Pick<Sealing, 'hash'> },
): Promise<boolean> {
  const row = await kysely
    .selectFrom('do_not_call')
    .select('id')
    .where('account_id', '=', o.account)
    .where('phone_number', 'in', [o.number, hashedNumber(o.sealing, o)])
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export interface NewListing {
  readonly account: AccountId
  readonly number: string
  readonly reason: string | null
  readonly source: ListingSource
  readonly callId: CallId | null
}

/** A number that is listed already keeps its entry. */
export async function insertListing(
  trx: Transaction,
  given: NewListing,
): Promise<{ row: DoNotCallRow; existed: boolean }> {
  const row = await trx
    .insertInto('do_not_call')
    .values({
      id: newId(),
      account_id: given.account,
      phone_number: given.number,
      reason: given.reason,
      source: given.source,
      call_id: given.callId,
    })
    .onConflict(conflict => conflict.columns(['account_id', 'phone_number']).doNothing())
    .returningAll()
    .executeTakeFirst()
  if (row) return { row, existed: false }
  const earlier = await trx
    .selectFrom('do_not_call')
    .selectAll()
    .where('account_id', '=', given.account)
    .where('phone_number', '=', given.number)
    .executeTakeFirstOrThrow()
  return { row: earlier, existed: true }
}

/** Calls to the number that wait to be dialled; locked until the transaction ends. */
export async function lockWaitingCalls(
  trx: Transaction,
  o: { account: AccountId; number: string },
): Promise<CallRow[]> {
  return await trx
    .selectFrom('calls')
    .selectAll()
    .where('account_id', '=', o.account)
    .where('phone_number', '=', o.number)
    .where('direction', '=', 'outbound')
    .where('status', 'in', ['pending', 'queued'])
    .orderBy('id')
    .forUpdate()
    .execute()
}

/** The account's list, newest first. An unusable cursor throws RangeError. */
export async function listListings(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined; phone_number?: string | undefined },
): Promise<Page<DoNotCallRow>> {
  let query = kysely.selectFrom('do_not_call').selectAll().where('account_id', '=', account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor))
  if (page.phone_number !== undefined) query = query.where('phone_number', '=', page.phone_number)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** By the entry's id or by its number. False where the account has no such entry. */
export async function deleteListing(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string; sealing: Pick<Sealing, 'hash'> },
): Promise<boolean> {
  const numbers = [o.id, hashedNumber(o.sealing, { account: o.account, number: o.id })]
  const deleted = await kysely
    .deleteFrom('do_not_call')
    .where('account_id', '=', o.account)
    .where(is => (isUuid(o.id) ? is('id', '=', o.id) : is('phone_number', 'in', numbers)))
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}
