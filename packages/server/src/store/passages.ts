import { sql } from 'kysely'
import type { AccountId, KnowledgeId } from '../domain/ids.ts'
import type { Database } from './database.ts'

/** What is still to be read of a knowledge base. */
export interface UnreadKnowledge {
  readonly id: KnowledgeId
  readonly revision: number
  readonly url: string | null
  readonly fileName: string | null
  readonly content: Uint8Array | null
}

/** Null where it is gone, or was read. */
export async function findUnread({ kysely }: Database, id: KnowledgeId): Promise<UnreadKnowledge | null> {
  const row = await kysely
    .selectFrom('knowledge_bases')
    .select(['id', 'revision', 'url', 'file_name as fileName', 'content'])
    .where('id', '=', id)
    .where('status', '=', 'processing')
    .executeTakeFirst()
  return row ?? null
}

export interface NewPassage {
  readonly place: string | null
  readonly text: string
  readonly embedding: Float32Array | null
}

/** Rows of one statement; PostgreSQL takes 65,535 values. */
const batchSize = 500

/** Puts the passages in the place of the earlier ones. False where the content has changed meanwhile. */
export async function storePassages(
  { kysely }: Database,
  { id, revision }: Pick<UnreadKnowledge, 'id' | 'revision'>,
  read: { passages: readonly NewPassage[]; embeddingModel: string | null },
): Promise<boolean> {
  return await kysely.transaction().execute(async trx => {
    const base = await trx
      .updateTable('knowledge_bases')
      .set({
        status: 'ready',
        failure_reason: null,
        content: null,
        passages: read.passages.length,
        embedding_model: read.embeddingModel,
        updated_at: sql<Date>`now()`,
      })
      .where('id', '=', id)
      .where('revision', '=', revision)
      .returning('search_config')
      .executeTakeFirst()
    if (base === undefined) return false
    await trx.deleteFrom('knowledge_passages').where('knowledge_base_id', '=', id).execute()
    const rows = read.passages.map(({ place, text, embedding }, n) => ({
      knowledge_base_id: id,
      n,
      place,
      text,
      folded: sql<string>`knowledge_fold(${text})`,
      words: sql<string>`to_tsvector(${base.search_config}::regconfig, knowledge_fold(${text}))`,
      embedding: embedding === null ? null : bytesOf(embedding),
    }))
    for (let at = 0; at < rows.length; at += batchSize)
      await trx
        .insertInto('knowledge_passages')
        .values(rows.slice(at, at + batchSize))
        .execute()
    return true
  })
}

/** Its earlier passages, if any, stay: an old answer is better than none while a page can not be reached. */
export async function storeUnreadable(
  { kysely }: Database,
  { id, revision }: Pick<UnreadKnowledge, 'id' | 'revision'>,
  reason: string,
): Promise<void> {
  await kysely
    .updateTable('knowledge_bases')
    .set({ status: 'failed', failure_reason: reason, content: null, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .execute()
}

/** Where a search looks: knowledge bases, of which only the account's own count. */
export interface SearchedBases {
  readonly account: AccountId
  readonly ids: readonly string[]
}

export interface PassageKey {
  readonly knowledge_base_id: KnowledgeId
  readonly n: number
}

/** Any of the query's words, the best passages first. */
export async function rankByWords(
  { kysely }: Database,
  { account, ids }: SearchedBases,
  { query, limit }: { query: string; limit: number },
): Promise<PassageKey[]> {
  const found = await sql<PassageKey>`
    select p.knowledge_base_id, p.n
    from knowledge_bases b
    cross join lateral (select replace(plainto_tsquery(b.search_config, knowledge_fold(${query}))::text, '&', '|')::tsquery as any_word) q
    join knowledge_passages p on p.knowledge_base_id = b.id and p.words @@ q.any_word
    where b.account_id = ${account} and b.id = any(${ids}::uuid[])
    order by ts_rank_cd(p.words, q.any_word, 1) desc, p.knowledge_base_id, p.n
    limit ${limit}`.execute(kysely)
  return found.rows
}

/** Passages that look like the query though they share no word with it: misheard names, typing errors. */
export async function rankByLikeness(
  { kysely }: Database,
  { account, ids }: SearchedBases,
  { query, limit, least }: { query: string; limit: number; least: number },
): Promise<PassageKey[]> {
  const found = await sql<PassageKey>`
    select knowledge_base_id, n from (
      select p.knowledge_base_id, p.n, knowledge_likeness(knowledge_fold(${query}), p.folded) as likeness
      from knowledge_bases b join knowledge_passages p on p.knowledge_base_id = b.id
      where b.account_id = ${account} and b.id = any(${ids}::uuid[])) compared
    where likeness >= ${least}
    order by likeness desc, knowledge_base_id, n
    limit ${limit}`.execute(kysely)
  return found.rows
}

/** The embeddings of one model, for comparing outside the database. */
export async function readEmbeddings(
  { kysely }: Database,
  { account, ids }: SearchedBases,
  model: string,
): Promise<(PassageKey & { embedding: Float32Array })[]> {
  const rows = await kysely
    .selectFrom('knowledge_passages as p')
    .innerJoin('knowledge_bases as b', 'b.id', 'p.knowledge_base_id')
    .select(['p.knowledge_base_id', 'p.n', 'p.embedding'])
    .where('b.account_id', '=', account)
    .where('b.id', 'in', [...ids] as KnowledgeId[])
    .where('b.embedding_model', '=', model)
    .where('p.embedding', 'is not', null)
    .execute()
  return rows.flatMap(({ embedding, ...key }) =>
    embedding === null ? [] : [{ ...key, embedding: vectorOf(embedding) }],
  )
}

export interface FoundPassage extends PassageKey {
  readonly source: string
  readonly place: string | null
  readonly text: string
}

export async function readPassages(
  { kysely }: Database,
  account: AccountId,
  keys: readonly PassageKey[],
): Promise<FoundPassage[]> {
  if (keys.length === 0) return []
  return await kysely
    .selectFrom('knowledge_passages as p')
    .innerJoin('knowledge_bases as b', 'b.id', 'p.knowledge_base_id')
    .select(['p.knowledge_base_id', 'p.n', 'b.name as source', 'p.place', 'p.text'])
    .where('b.account_id', '=', account)
    .where(is =>
      is.or(
        keys.map(key =>
          is.and([is('p.knowledge_base_id', '=', key.knowledge_base_id), is('p.n', '=', key.n)]),
        ),
      ),
    )
    .execute()
}

function bytesOf(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4)
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4))
  return bytes
}

function vectorOf(bytes: Buffer): Float32Array {
  // A copy begins where 32-bit numbers may; a slice of the driver's buffer need not.
  return new Float32Array(Uint8Array.from(bytes).buffer)
}
