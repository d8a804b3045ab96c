import type { Page } from '@parley/contract/page'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { AccountId, LeadListId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'

export type LeadListRow = Selectable<Tables['lead_lists']> & { lead_count: number }

interface ListOf {
  readonly account: AccountId
  readonly id: string
}

export async function insertLeadList(
  trx: Transaction,
  given: { account: AccountId; name: string; description: string | null },
): Promise<LeadListRow> {
  const { account: account_id, name, description } = given
  const values = { id: newId<LeadListId>(), account_id, name, description }
  const row = await trx.insertInto('lead_lists').values(values).returningAll().executeTakeFirstOrThrow()
  return { ...row, lead_count: 0 }
}

/** Null where the account has no such list: another account's is none. */
export async function findLeadList(
  { kysely }: Pick<Database, 'kysely'>,
  of: ListOf,
): Promise<LeadListRow | null> {
  if (!isUuid(of.id)) return null
  const query = selectLists(kysely, of.account).where('id', '=', of.id as LeadListId)
  return (await query.executeTakeFirst()) ?? null
}

/** The list's id; until the transaction ends the list stays. Null where the account has no such list. */
export async function holdLeadList(trx: Transaction, of: ListOf): Promise<LeadListId | null> {
  const row = await trx
    .selectFrom('lead_lists')
    .select('id')
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as LeadListId)
    .forKeyShare()
    .executeTakeFirst()
  return row?.id ?? null
}

/** The account's lists, newest first. An unusable cursor throws RangeError. */
export async function listLeadLists(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<LeadListRow>> {
  let query = selectLists(kysely, account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as LeadListId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** Changes what is given. Null where the account has no such list. */
export async function changeLeadList(
  database: Pick<Database, 'kysely'>,
  of: ListOf,
  change: { name?: string | undefined; description?: string | null | undefined },
): Promise<LeadListRow | null> {
  if (!isUuid(of.id)) return null
  await database.kysely
    .updateTable('lead_lists')
    .set({ ...change, updated_at: sql<Date>`now()` })
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as LeadListId)
    .execute()
  return await findLeadList(database, of)
}

/** The leads themselves stay. False where the account has no such list. */
export async function deleteLeadList({ kysely }: Pick<Database, 'kysely'>, of: ListOf): Promise<boolean> {
  if (!isUuid(of.id)) return false
  const deleted = await kysely
    .deleteFrom('lead_lists')
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as LeadListId)
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

const selectLists = (kysely: Kysely<Tables>, account: AccountId) =>
  kysely
    .selectFrom('lead_lists')
    .selectAll()
    .select(from =>
      from
        .selectFrom('lead_list_entries')
        .select(count => sql<number>`${count.fn.countAll()}::int`.as('count'))
        .whereRef('list_id', '=', 'lead_lists.id')
        .$asScalar()
        .$notNull()
        .as('lead_count'),
    )
    .where('account_id', '=', account)
