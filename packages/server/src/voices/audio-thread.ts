import { parentPort, workerData } from 'node:worker_threads'
import { parseBuffer } from 'music-metadata'

/** The thread of one recording: what somebody sent may take long to read, or all memory it is given. */

const { bytes, mediaType } = workerData as { bytes: Uint8Array; mediaType: string }
const { format } = await parseBuffer(bytes, mediaType, { duration: true, skipCovers: true })
parentPort?.postMessage(format.hasAudio === false ? null : (format.duration ?? null))
