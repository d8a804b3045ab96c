import { Worker } from 'node:worker_threads'
import { type DocumentKind, UnreadableDocument } from './extract.ts'
import type { Section } from './sections.ts'

const deadlineMs = 60_000
const mostMemoryMb = 512
/** Unpacked, a document of the largest size that is taken may come to this. */
const mostUnpackedBytes = 200 * 1024 * 1024

/** Reads a document on a thread of its own. Rejects with UnreadableDocument; aborting gives up. */
export async function readDocument(
  document: { kind: DocumentKind; bytes: Uint8Array },
  signal: AbortSignal,
): Promise<Section[]> {
  if (document.kind === 'docx' && unpackedBytes(document.bytes) > mostUnpackedBytes)
    throw new UnreadableDocument('The document is too large when unpacked')
  const worker = new Worker(new URL('./extract-thread.ts', import.meta.url), {
    workerData: document,
    name: 'parley-document',
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
    stdout: true,
    stderr: true,
  })
  const over = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  const result = Promise.withResolvers<Section[]>()
  const late = () => result.reject(new UnreadableDocument('The document takes too long to read'))
  over.addEventListener('abort', late, { once: true })
  worker.on('message', (sections: Section[]) => result.resolve(sections))
  worker.on('error', error => result.reject(unreadable(error)))
  worker.on('exit', () => result.reject(new UnreadableDocument('The document can not be read')))
  try {
    if (over.aborted) late()
    return await result.promise
  } finally {
    over.removeEventListener('abort', late)
    await worker.terminate()
  }
}

function unreadable(error: unknown): UnreadableDocument {
  const name = error instanceof Error ? error.name : ''
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new UnreadableDocument('The document takes too much memory to read', error)
  if (name === 'PasswordException')
    return new UnreadableDocument('The document is locked by a password', error)
  return new UnreadableDocument('The document can not be read: it may be damaged, or of another kind', error)
}

const centralHeader = 0x02014b50
const centralHeaderBytes = 46

/** What the members of a ZIP archive say they come to (APPNOTE 4.3.12, central directory headers). */
function unpackedBytes(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signature = Buffer.alloc(4)
  signature.writeUInt32LE(centralHeader)
  let sum = 0
  let at = view.indexOf(signature)
  while (at >= 0 && at + centralHeaderBytes <= view.length) {
    sum += view.readUInt32LE(at + 24)
    at = view.indexOf(signature, at + centralHeaderBytes)
  }
  return sum
}
