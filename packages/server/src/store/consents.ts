import type { RecordConsent } from '@parley/contract/consents'
import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import type { AccountId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'

export type ConsentRow = Selectable<Tables['consents']>

/** Whether the person agreed to be called by an AI, and that holds now. */
export async function hasConsent(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; number: string },
): Promise<boolean> {
  const row = await kysely
    .selectFrom('consents')
    .select('id')
    .where('account_id', '=', o.account)
    .where('phone_number', '=', o.number)
    .where('channel', '=', 'ai_voice')
    .where('revoked_at', 'is', null)
    .where(is => is.or([is('expires_at', 'is', null), is('expires_at', '>', sql<Date>`now()`)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function insertConsent(
  trx: Transaction,
  account: AccountId,
  given: RecordConsent,
): Promise<ConsentRow> {
  return await trx
    .insertInto('consents')
    .values({ id: newId(), account_id: account, ...given })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Null where the account has no such consent. */
export async function findConsent(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<ConsentRow | null> {
  if (!isUuid(o.id)) return null
  const row = await kysely
    .selectFrom('consents')
    .selectAll()
    .where('account_id', '=', o.account)
    .where('id', '=', o.id)
    .executeTakeFirst()
  return row ?? null
}

/** One that is revoked already keeps its first revocation. */
export async function markRevoked(
  trx: Transaction,
  o: { id: string; reason: string | null },
): Promise<ConsentRow> {
  return await trx
    .updateTable('consents')
    .set(set => ({
      revoked_at: sql<Date>`coalesce(revoked_at, now())`,
      revocation_reason: sql<
        string | null
      >`case when revoked_at is null then ${o.reason} else ${set.ref('revocation_reason')} end`,
    }))
    .where('id', '=', o.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The account's consents, newest first. An unusable cursor throws RangeError. */
export async function listConsents(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined; phone_number?: string | undefined },
): Promise<Page<ConsentRow>> {
  let query = kysely.selectFrom('consents').selectAll().where('account_id', '=', account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor))
  if (page.phone_number !== undefined) query = query.where('phone_number', '=', page.phone_number)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}
