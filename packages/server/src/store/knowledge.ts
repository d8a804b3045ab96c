import type { KnowledgeType } from '@parley/contract/knowledge'
import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import type { AccountId, KnowledgeId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'

/** A knowledge base without its content. */
export type KnowledgeRow = Omit<Selectable<Tables['knowledge_bases']>, 'content' | 'search_config'>

const columns = [
  'id',
  'account_id',
  'name',
  'type',
  'status',
  'failure_reason',
  'language',
  'url',
  'file_name',
  'revision',
  'passages',
  'embedding_model',
  'created_at',
  'updated_at',
] as const

export interface NewKnowledge {
  readonly account: AccountId
  readonly type: KnowledgeType
  readonly name: string
  readonly language: string
  readonly url: string | null
  readonly fileName: string | null
  /** Null: it is to be fetched. */
  readonly content: Uint8Array | null
}

export async function insertKnowledge(trx: Transaction, given: NewKnowledge): Promise<KnowledgeRow> {
  return await trx
    .insertInto('knowledge_bases')
    .values({
      id: newId<KnowledgeId>(),
      account_id: given.account,
      type: given.type,
      name: given.name,
      language: given.language,
      search_config: searchConfig(given.language),
      url: given.url,
      file_name: given.fileName,
      content: given.content === null ? null : Buffer.from(given.content),
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
}

export interface KnowledgeChange {
  readonly name?: string
  /** To be read anew. */
  readonly source?: { readonly url: string | null; readonly content: Uint8Array | null }
}

/** Null where the account has no such knowledge base. */
export async function changeKnowledge(
  trx: Transaction,
  o: { account: AccountId; id: string; change: KnowledgeChange },
): Promise<KnowledgeRow | null> {
  if (!isUuid(o.id)) return null
  const { name, source } = o.change
  const row = await trx
    .updateTable('knowledge_bases')
    .set(row => ({
      updated_at: sql<Date>`now()`,
      ...(name === undefined ? {} : { name }),
      ...(source === undefined
        ? {}
        : {
            url: source.url,
            content: source.content === null ? null : Buffer.from(source.content),
            status: 'processing' as const,
            failure_reason: null,
            revision: row('revision', '+', 1),
          }),
    }))
    .where('account_id', '=', o.account)
    .where('id', '=', o.id as KnowledgeId)
    .returning(columns)
    .executeTakeFirst()
  return row ?? null
}

/** Null where the account has no such knowledge base: another account's is none. */
export async function findKnowledge(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<KnowledgeRow | null> {
  if (!isUuid(o.id)) return null
  const row = await kysely
    .selectFrom('knowledge_bases')
    .select(columns)
    .where('account_id', '=', o.account)
    .where('id', '=', o.id as KnowledgeId)
    .executeTakeFirst()
  return row ?? null
}

/** Those of the ids that are knowledge bases of the account. */
export async function ownedKnowledge(
  { kysely }: Database,
  account: AccountId,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = ids.filter(isUuid) as KnowledgeId[]
  if (asked.length === 0) return new Set()
  const rows = await kysely
    .selectFrom('knowledge_bases')
    .select('id')
    .where('account_id', '=', account)
    .where('id', 'in', asked)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** The account's knowledge bases, newest first. An unusable cursor throws RangeError. */
export async function listKnowledge(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<KnowledgeRow>> {
  let query = kysely.selectFrom('knowledge_bases').select(columns).where('account_id', '=', account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as KnowledgeId)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** False where the account has no such knowledge base. */
export async function deleteKnowledge(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<boolean> {
  if (!isUuid(o.id)) return false
  const deleted = await kysely
    .deleteFrom('knowledge_bases')
    .where('account_id', '=', o.account)
    .where('id', '=', o.id as KnowledgeId)
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

/** Languages that PostgreSQL itself knows the stems of. */
const searchConfigs: Readonly<Record<string, string>> = {
  ar: 'arabic',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  hu: 'hungarian',
  it: 'italian',
  nb: 'norwegian',
  nl: 'dutch',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  tr: 'turkish',
}

function searchConfig(language: string): string {
  return searchConfigs[new Intl.Locale(language).language] ?? 'simple'
}
