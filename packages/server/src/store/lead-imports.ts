import type { Fault } from '@parley/contract/errors'
import type { OnDuplicate } from '@parley/contract/leads'
import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import type { AccountId, LeadImportId, LeadListId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { EntryCounts } from './leads.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

export type LeadImportRow = Selectable<Tables['lead_imports']>

interface ImportOf {
  readonly account: AccountId
  readonly id: string
}

/** After so long without a batch a reader counts as gone. */
const silentSeconds = 60

export async function insertLeadImport(
  trx: Transaction,
  given: { account: AccountId; list: LeadListId | null; onDuplicate: OnDuplicate; country: string | null },
): Promise<LeadImportRow> {
  return await trx
    .insertInto('lead_imports')
    .values({
      id: newId<LeadImportId>(),
      account_id: given.account,
      list_id: given.list,
      on_duplicate: given.onDuplicate,
      country: given.country,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Null where the account has no such import: another account's is none. */
export async function findLeadImport({ kysely }: Database, of: ImportOf): Promise<LeadImportRow | null> {
  if (!isUuid(of.id)) return null
  const row = await kysely
    .selectFrom('lead_imports')
    .selectAll()
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as LeadImportId)
    .executeTakeFirst()
  return row ?? null
}

/** The account's imports, newest first. An unusable cursor throws RangeError. */
export async function listLeadImports(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<LeadImportRow>> {
  let query = kysely.selectFrom('lead_imports').selectAll().where('account_id', '=', account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as LeadImportId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** An import whose file this reader has, until another one takes it over. */
export type HeldImport = LeadImportRow & { reader: string }

/**
 * Begins the import's file from its first byte. Null: it is completed, or another reader is at work.
 */
export async function takeImport(trx: Transaction, id: LeadImportId): Promise<HeldImport | null> {
  const reader = newId()
  const counts = { bytes_read: '0', rows_read: 0, inserted: 0, updated: 0, duplicates: 0, rejected: 0 }
  const row = await trx
    .updateTable('lead_imports')
    .set({ ...counts, status: 'running', error: null, reader, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where(is =>
      is.or([
        is('status', 'in', ['waiting', 'failed']),
        is.and([
          is('status', '=', 'running'),
          is('updated_at', '<', sql<Date>`now() - make_interval(secs => ${silentSeconds})`),
        ]),
      ]),
    )
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return null
  await trx.deleteFrom('lead_import_errors').where('import_id', '=', id).execute()
  return { ...row, reader }
}

export interface RowFault extends Fault {
  readonly row: number
}

export interface BatchResult extends EntryCounts {
  readonly rows: number
  readonly rejected: number
  /** Of the file, up to the end of the batch. */
  readonly bytesRead: number
  readonly faults: readonly RowFault[]
}

/** Adds a batch to the counts. False: another reader has taken the import over. */
export async function countBatch(
  trx: Transaction,
  { id, reader }: HeldImport,
  batch: BatchResult,
): Promise<boolean> {
  const counted = await trx
    .updateTable('lead_imports')
    .set(column => ({
      bytes_read: String(batch.bytesRead),
      rows_read: column('rows_read', '+', batch.rows),
      inserted: column('inserted', '+', batch.inserted),
      updated: column('updated', '+', batch.updated),
      duplicates: column('duplicates', '+', batch.duplicates),
      rejected: column('rejected', '+', batch.rejected),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .where('reader', '=', reader)
    .where('status', '=', 'running')
    .executeTakeFirst()
  if (counted.numUpdatedRows === 0n) return false
  if (batch.faults.length > 0)
    await sql`
      insert into lead_import_errors (import_id, row, path, message, code)
      select ${id}, row, path, message, code
      from jsonb_to_recordset(${storableJson(batch.faults)}::jsonb)
        as fault (row int, path text, message text, code text)
      on conflict do nothing`.execute(trx)
  return true
}

/** Ends the import. Null: another reader has taken it over. */
export async function endImport(
  trx: Transaction,
  { id, reader }: HeldImport,
  error: string | null,
): Promise<LeadImportRow | null> {
  const row = await trx
    .updateTable('lead_imports')
    .set({ status: error === null ? 'completed' : 'failed', error, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('reader', '=', reader)
    .where('status', '=', 'running')
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

/** In the order of the file, from after the fault that `after` names. */
export async function listImportFaults(
  { kysely }: Database,
  id: LeadImportId,
  page: { limit: number; after?: { row: number; path: string } | undefined },
): Promise<RowFault[]> {
  let query = kysely.selectFrom('lead_import_errors').where('import_id', '=', id)
  const { after } = page
  if (after) query = query.where(sql<boolean>`(row, path) > (${after.row}, ${after.path})`)
  return await query
    .select(['row', 'path', 'message', 'code'])
    .orderBy('row')
    .orderBy('path')
    .limit(page.limit)
    .execute()
}
