import { sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { CallRow } from './calls.ts'
import type { Transaction } from './database.ts'
import { hashedNumber } from './hashed-number.ts'
import type { Sealing } from './sealing.ts'
import { deleteSimulationsNaming } from './simulation-progress.ts'

/** What goes out of the database for good. Recordings are files, and gone before the rows say so. */

/** Erases what is personal of calls that are over. */
export async function eraseCalls(trx: Transaction, ids: readonly CallId[]): Promise<void> {
  if (ids.length > 0) await sql`select erase_calls(${[...ids]}::uuid[])`.execute(trx)
}

/** Erases what was said in calls that are over. */
export async function eraseWords(trx: Transaction, ids: readonly CallId[]): Promise<void> {
  if (ids.length > 0) await sql`select erase_words(${[...ids]}::uuid[])`.execute(trx)
}

/** A call's recording is gone. */
export async function forgetRecordings(trx: Transaction, ids: readonly CallId[]): Promise<void> {
  if (ids.length === 0) return
  await trx
    .updateTable('calls')
    .set({ recording_path: null, recording_status: 'none' })
    .where('id', 'in', ids)
    .execute()
}

export interface NumberOf {
  readonly account: AccountId
  readonly number: string
}

/** Calls with whoever has the number, locked until the transaction ends: those it called, and those it got. */
export async function lockCallsWith(trx: Transaction, { account, number }: NumberOf): Promise<CallRow[]> {
  return await trx
    .selectFrom('calls')
    .selectAll()
    .where('account_id', '=', account)
    .where(is =>
      is.or([
        is('phone_number', '=', number).and('direction', '=', 'outbound'),
        is('from_number', '=', number).and('direction', '=', 'inbound'),
      ]),
    )
    .orderBy('id')
    .forUpdate()
    .execute()
}

export interface ErasedTraces {
  readonly leads: number
  readonly messages: number
  /** The number is on the do-not-call list, and stays there as a keyed hash. */
  readonly suppressed: boolean
}

/** Erases what is kept of a number beside its calls. Consents and the do-not-call list keep a keyed hash of it. */
export async function eraseTraces(
  trx: Transaction,
  of: NumberOf,
  sealing: Pick<Sealing, 'hash'>,
): Promise<ErasedTraces> {
  const { account, number } = of
  const hashed = hashedNumber(sealing, of)
  const leads = await trx
    .deleteFrom('leads')
    .where('account_id', '=', account)
    .where('phone_number', '=', number)
    .executeTakeFirst()
  const messages = await eraseMessages(trx, of)
  await deleteSimulationsNaming(trx, of)
  await trx
    .updateTable('consents')
    .set({ phone_number: hashed, source: null })
    .where('account_id', '=', account)
    .where('phone_number', '=', number)
    .execute()
  const suppressed = await hashListing(trx, of, hashed)
  return { leads: Number(leads.numDeletedRows), messages, suppressed }
}

/** Messages about leads, answers kept for whoever asks again, faults of files: wherever the number stands in a text. */
async function eraseMessages(trx: Transaction, { account, number }: NumberOf): Promise<number> {
  const anywhere = `%${number}%`
  const own = sql<boolean>`account_id = ${account}`
  await sql`delete from webhook_events where ${own} and details::text like ${anywhere}`.execute(trx)
  await sql`delete from idempotency_keys where ${own} and answer::text like ${anywhere}`.execute(trx)
  await sql`update lead_import_errors set message = 'erased' where message like ${anywhere}
    and import_id in (select id from lead_imports where ${own})`.execute(trx)
  const gone = await sql`delete from webhook_deliveries
    where ${own} and (body like ${anywhere} or details::text like ${anywhere})`.execute(trx)
  return Number(gone.numAffectedRows ?? 0n)
}

async function hashListing(
  trx: Transaction,
  { account, number }: NumberOf,
  hashed: string,
): Promise<boolean> {
  const taken = await trx
    .deleteFrom('do_not_call')
    .where('account_id', '=', account)
    .where('phone_number', '=', number)
    .returningAll()
    .executeTakeFirst()
  if (taken === undefined) return false
  await trx
    .insertInto('do_not_call')
    .values({ ...taken, phone_number: hashed, reason: null })
    .onConflict(conflict => conflict.columns(['account_id', 'phone_number']).doNothing())
    .execute()
  return true
}
