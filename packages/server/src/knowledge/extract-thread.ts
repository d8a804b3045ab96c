import { parentPort, workerData } from 'node:worker_threads'
import { type DocumentKind, extractSections } from './extract.ts'

/** The thread of one document: it may take long, or all memory it is given, and disturb nobody. */

const { kind, bytes } = workerData as { kind: DocumentKind; bytes: Uint8Array }
parentPort?.postMessage(await extractSections(kind, bytes))
