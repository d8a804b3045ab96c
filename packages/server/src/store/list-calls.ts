import type { ListCallsQuery } from '@parley/contract/call'
import type { Page } from '@parley/contract/page'
import { type RawBuilder, sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import { type SpokenWords, spokenWords } from '../domain/spoken-words.ts'
import type { CallRow } from './calls.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database } from './database.ts'

/**
 * The account's calls, newest first. An unusable cursor throws RangeError.
 */
export async function listCalls(
  { kysely }: Database,
  account: AccountId,
  filter: ListCallsQuery,
): Promise<Page<CallRow>> {
  const { cursor, created_after: after, created_before: before, q } = filter
  let query = kysely.selectFrom('calls').selectAll().where('account_id', '=', account)
  for (const column of equalColumns) {
    const value = filter[column]
    if (value !== undefined) query = query.where(sql.ref(column), '=', value)
  }
  if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor) as CallId)
  // Answers tell times in whole milliseconds: one that was told is not after itself.
  if (after !== undefined) query = query.where('created_at', '>=', new Date(Date.parse(after) + 1))
  if (before !== undefined) query = query.where('created_at', '<', new Date(before))
  for (const words of q === undefined ? [] : spokenWords(q)) query = query.where(isSaid(words))
  const rows = await query
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOfRows(rows, filter.limit)
}

const equalColumns = ['status', 'call_status', 'campaign_id', 'phone_number', 'disposition'] as const

/** A line of the call's transcript has the words. */
function isSaid(words: SpokenWords): RawBuilder<boolean> {
  return sql<boolean>`exists (select from transcript_entries line where line.call_id = calls.id
    and transcript_words(line.text) @@ ${lookedFor(words)})`
}

function lookedFor({ text, match }: SpokenWords): RawBuilder<unknown> {
  if (match === 'whole') return sql`phraseto_tsquery('pg_catalog.simple', transcript_fold(${text}))`
  // Within quotation marks of a tsquery all is text but these two signs.
  const literal = `'${text.replaceAll(/['\\]/g, ' ')}':*`
  return sql`to_tsquery('pg_catalog.simple', transcript_fold(${literal}))`
}
