import type { Passage } from '@parley/contract/knowledge'
import type { Embedder } from '../speech/port.ts'
import type { Database } from '../store/database.ts'
import {
  type PassageKey,
  rankByLikeness,
  rankByWords,
  readEmbeddings,
  readPassages,
  type SearchedBases,
} from '../store/passages.ts'
import { fuseRankings } from './fuse.ts'

export interface SearchDeps {
  readonly database: Database
  readonly embedder: Embedder | null
}

/** How many of each ranking take part. */
const candidates = 30
/** Below this a text only happens to share letters with the query; measured by `word_similarity`. */
const leastLikeness = 0.5
/** Cosine below which an embedding says nothing. */
const leastCloseness = 0.2
/** A caller waits for the answer: a provider that is slow does not take part. Milliseconds. */
const embeddingPatienceMs = 1_500

/**
 * The passages that answer a query best: by its words, by likeness of spelling, and by meaning where
 * embeddings are to be had. Only knowledge bases of the account count, whatever ids are asked for.
 */
export async function searchKnowledge(
  { database, embedder }: SearchDeps,
  bases: SearchedBases,
  { query, limit }: { query: string; limit: number },
): Promise<Passage[]> {
  if (bases.ids.length === 0) return []
  const rankings = await Promise.all([
    rankByWords(database, bases, { query, limit: candidates }),
    rankByLikeness(database, bases, { query, limit: candidates, least: leastLikeness }),
    embedder === null ? [] : rankByMeaning({ database, embedder }, bases, query),
  ])
  const keys = new Map(rankings.flat().map(key => [nameOf(key), key]))
  const best = fuseRankings(rankings.map(ranking => ranking.map(nameOf))).slice(0, limit)
  const wanted = best.flatMap(({ key }) => keys.get(key) ?? [])
  const found = new Map(
    (await readPassages(database, bases.account, wanted)).map(passage => [nameOf(passage), passage]),
  )
  return best.flatMap(({ key, score }) => {
    const passage = found.get(key)
    if (passage === undefined) return []
    const { knowledge_base_id, source, place, text } = passage
    return [{ knowledge_base_id, source, place, text, score: Number(score.toFixed(5)) }]
  })
}

async function rankByMeaning(
  { database, embedder }: { database: Database; embedder: Embedder },
  bases: SearchedBases,
  query: string,
): Promise<PassageKey[]> {
  const signal = AbortSignal.timeout(embeddingPatienceMs)
  // Words and spelling answer alone when the provider does not.
  const [vector] = await embedder.embed([query], signal).catch(() => [])
  if (vector === undefined) return []
  const rows = await readEmbeddings(database, bases, embedder.model)
  return rows
    .map(row => ({ row, closeness: closeness(row.embedding, vector) }))
    .filter(({ closeness }) => closeness >= leastCloseness)
    .toSorted((a, b) => b.closeness - a.closeness)
    .slice(0, candidates)
    .map(({ row }) => row)
}

/** The cosine of two vectors of length 1. */
function closeness(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return 0
  let sum = 0
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}

function nameOf({ knowledge_base_id, n }: PassageKey): string {
  return `${knowledge_base_id}/${n}`
}
