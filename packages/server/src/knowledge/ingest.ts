import type { KnowledgeId } from '../domain/ids.ts'
import type { Outgoing } from '../outgoing/outgoing.ts'
import type { Embedder } from '../speech/port.ts'
import type { Database } from '../store/database.ts'
import {
  findUnread,
  type NewPassage,
  storePassages,
  storeUnreadable,
  type UnreadKnowledge,
} from '../store/passages.ts'
import { isMislabelled, kindOfFile, knownExtensions } from './document-kind.ts'
import { type DocumentKind, UnreadableDocument } from './extract.ts'
import { fetchPage } from './fetch-page.ts'
import { cutPassages, type Passage } from './passages.ts'
import { readDocument } from './read-document.ts'

export interface IngestDeps {
  readonly database: Database
  readonly outgoing: Outgoing
  /** Null: knowledge is searched by words alone. */
  readonly embedder: Embedder | null
  readonly log: { warn(fields: object, message: string): void }
}

/** More would make every search slow. */
const mostPassages = 5_000

/**
 * Reads a knowledge base into passages that can be searched. What is wrong with the document becomes its
 * status; rejects for what may be better next time.
 */
export async function ingest(deps: IngestDeps, id: KnowledgeId, signal: AbortSignal): Promise<void> {
  const unread = await findUnread(deps.database, id)
  if (unread === null) return
  try {
    const passages = await passagesOf(unread, deps, signal)
    await storePassages(deps.database, unread, await embed(passages, deps, signal))
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof UnreadableDocument)) throw error
    await storeUnreadable(deps.database, unread, error.message)
  }
}

async function passagesOf(
  unread: UnreadKnowledge,
  { outgoing }: IngestDeps,
  signal: AbortSignal,
): Promise<Passage[]> {
  const document = unread.url === null ? contentOf(unread) : await fetchPage(outgoing, unread.url, signal)
  const passages = cutPassages(await readDocument(document, signal))
  if (passages.length === 0) throw new UnreadableDocument('There are no words in it')
  if (passages.length > mostPassages)
    throw new UnreadableDocument(`It is too long: more than ${mostPassages} passages`)
  return passages
}

function contentOf({ content, fileName }: UnreadKnowledge): { kind: DocumentKind; bytes: Uint8Array } {
  if (content === null) throw new UnreadableDocument('Its content is missing')
  const kind = fileName === null ? 'plain' : kindOfFile(fileName)
  if (kind === null) throw new UnreadableDocument(`Its kind is none of ${knownExtensions}`)
  if (isMislabelled(kind, content)) throw new UnreadableDocument(`It is no ${kind} file`)
  return { kind, bytes: content }
}

/** A provider that is away makes no document unreadable: it is found by its words. */
async function embed(
  passages: readonly Passage[],
  { embedder, log }: IngestDeps,
  signal: AbortSignal,
): Promise<{ passages: NewPassage[]; embeddingModel: string | null }> {
  const bare = { passages: passages.map(passage => ({ ...passage, embedding: null })), embeddingModel: null }
  if (embedder === null) return bare
  try {
    const texts = passages.map(({ place, text }) => (place === null ? text : `${place}\n${text}`))
    const vectors = await embedder.embed(texts, signal)
    const embedded = passages.map((passage, n) => ({ ...passage, embedding: vectors[n] ?? null }))
    return { passages: embedded, embeddingModel: embedder.model }
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ err: error }, 'knowledge is stored without embeddings')
    return bare
  }
}
