import type { ListCallsQuery } from '@parley/contract/call'
import type { Page } from '@parley/contract/page'
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { AccountId, CallId } from '../domain/ids.ts'
import { type SpokenWords, spokenWords } from '../domain/spoken-words.ts'
import type { CallRow } from './calls.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

/**
 * The account's calls, newest first. An unusable cursor throws RangeError.
 */
export async function listCalls(
  database: Database,
  account: AccountId,
  filter: ListCallsQuery,
): Promise<Page<CallRow>> {
  const { kysely } = database
  const { q, limit } = filter
  const filtered = filteredCalls(database, account, filter)
  if (q === undefined) {
    const rows = await newest(filtered, limit + 1)
      .selectAll()
      .execute()
    return pageOfRows(rows, limit)
  }
  const ids = await findSaid(filtered, spokenWords(q), limit + 1)
  if (ids.length === 0) return pageOfRows([], limit)
  const found = kysely.selectFrom('calls').where('account_id', '=', account).where('id', 'in', ids)
  const rows = await newest(found, ids.length).selectAll().execute()
  return pageOfRows(rows, limit)
}

type Calls = SelectQueryBuilder<Tables, 'calls', object>

function newest(calls: Calls, limit: number): Calls {
  return calls.orderBy('id', 'desc').limit(limit)
}

const equalColumns = ['status', 'call_status', 'campaign_id', 'phone_number', 'disposition'] as const

function filteredCalls({ kysely }: Database, account: AccountId, filter: ListCallsQuery): Calls {
  const { cursor, created_after: after, created_before: before } = filter
  let query: Calls = kysely.selectFrom('calls').where('account_id', '=', account)
  for (const column of equalColumns) {
    const value = filter[column]
    if (value !== undefined) query = query.where(sql.ref(column), '=', value)
  }
  if (cursor !== undefined) query = query.where('id', '<', decodeCursor(cursor) as CallId)
  // Answers tell times in whole milliseconds: one that was told is not after itself.
  if (after !== undefined) query = query.where('created_at', '>=', new Date(Date.parse(after) + 1))
  if (before !== undefined) query = query.where('created_at', '<', new Date(before))
  return query
}

/** So many calls are read line by line: words that are said often fill a page from them. */
const lookedThrough = 500

/**
 * The newest of these calls in which all of the words were said. Words that the newest calls have too seldom are looked
 * up in the index, which knows no account and no order: the database itself can not tell which way is shorter, since
 * it takes every beginning of a word for a common one.
 */
async function findSaid(calls: Calls, words: readonly SpokenWords[], limit: number): Promise<CallId[]> {
  const lately = await newest(calls, lookedThrough).select('id').select(areSaid(words).as('said')).execute()
  const found = lately
    .filter(({ said }) => said)
    .map(({ id }) => id)
    .slice(0, limit)
  const oldest = lately.at(-1)
  if (found.length === limit || oldest === undefined || lately.length < lookedThrough) return found
  let earlier = calls.where('id', '<', oldest.id)
  for (const looked of words) earlier = earlier.where(isIndexed(looked))
  const rows = await newest(earlier, limit - found.length)
    .select('id')
    .execute()
  return [...found, ...rows.map(({ id }) => id)]
}

/** Read from the call's own lines, each once: an aggregate is never turned into a search through those of all calls. */
function areSaid(words: readonly SpokenWords[]): RawBuilder<boolean> {
  const said = words.map(looked => sql`bool_or(words @@ ${lookedFor(looked)})`)
  return sql<boolean>`(select coalesce(${sql.join(said, sql` and `)}, false) from (
    select transcript_words(text) as words from transcript_entries where call_id = calls.id offset 0) as lines)`
}

function isIndexed(words: SpokenWords): RawBuilder<boolean> {
  return sql<boolean>`calls.id in (with said as materialized (select call_id from transcript_entries
    where transcript_words(text) @@ ${lookedFor(words)}) select call_id from said)`
}

function lookedFor({ text, match }: SpokenWords): RawBuilder<unknown> {
  if (match === 'whole') return sql`phraseto_tsquery('pg_catalog.simple', transcript_fold(${text}))`
  // Within quotation marks of a tsquery all is text but these two signs.
  const literal = `'${text.replaceAll(/['\\]/g, ' ')}':*`
  return sql`to_tsquery('pg_catalog.simple', transcript_fold(${literal}))`
}
