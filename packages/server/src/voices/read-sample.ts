import { Worker } from 'node:worker_threads'
import { ApiError } from '@parley/contract/errors'
import { sampleSeconds } from '@parley/contract/voices'
import type { VoiceSample } from '../speech/port.ts'

const deadlineMs = 10_000
/** In this process, of all accounts: each may keep a core busy, and its memory, for as long as it has. */
const mostAtOnce = 4
const askAgainSeconds = 5
let reading = 0
const mostMemoryMb = 256

interface Kind {
  readonly mediaType: string
  readonly ending: string
  /** Whether a file begins as this kind does. */
  readonly begins: (head: Buffer) => boolean
}

const startsWith = (text: string) => (head: Buffer) => head.toString('latin1', 0, text.length) === text

/** What every provider that clones takes. */
const kinds: readonly Kind[] = [
  {
    mediaType: 'audio/wav',
    ending: 'wav',
    begins: head => startsWith('RIFF')(head) && head.toString('latin1', 8, 12) === 'WAVE',
  },
  {
    mediaType: 'audio/mpeg',
    ending: 'mp3',
    // Eleven ones, and a layer.
    begins: head =>
      startsWith('ID3')(head) ||
      (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0 && ((head[1] ?? 0) & 6) !== 0),
  },
  { mediaType: 'audio/flac', ending: 'flac', begins: startsWith('fLaC') },
  { mediaType: 'audio/ogg', ending: 'ogg', begins: startsWith('OggS') },
]

/**
 * Looks at a recording by what is in it, whatever it is called. Throws ApiError `unsupported_media_type`,
 * `audio_not_usable` where it can not be read or is too short or too long, or `overloaded` where too many are read.
 */
export async function readSample(bytes: Uint8Array): Promise<VoiceSample['audio'] & { seconds: number }> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16))
  const kind = kinds.find(({ begins }) => begins(head))
  if (kind === undefined)
    throw new ApiError('unsupported_media_type', { detail: 'A recording is WAV, MP3, FLAC or Ogg' })
  const seconds = await secondsOf(bytes, kind.mediaType)
  if (seconds === null) throw unusable('The recording can not be read: it may be damaged')
  const { least, most } = sampleSeconds
  if (seconds < least || seconds > most)
    throw unusable(`The recording takes ${seconds.toFixed(1)} s; it must be ${least} to ${most}`)
  return { bytes, mediaType: kind.mediaType, fileName: `sample.${kind.ending}`, seconds }
}

function unusable(detail: string): ApiError {
  return new ApiError('audio_not_usable', { detail })
}

/** Null where it can not be told. */
async function secondsOf(bytes: Uint8Array, mediaType: string): Promise<number | null> {
  if (reading >= mostAtOnce) throw new ApiError('overloaded', { retryAfterSeconds: askAgainSeconds })
  reading += 1
  try {
    return await secondsByThread(bytes, mediaType)
  } finally {
    reading -= 1
  }
}

async function secondsByThread(bytes: Uint8Array, mediaType: string): Promise<number | null> {
  const worker = new Worker(new URL('./audio-thread.ts', import.meta.url), {
    workerData: { bytes, mediaType },
    name: 'parley-audio',
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
    stdout: true,
    stderr: true,
  })
  const told = Promise.withResolvers<number | null>()
  const timer = setTimeout(() => told.resolve(null), deadlineMs)
  worker.on('message', (seconds: number | null) => told.resolve(seconds))
  worker.on('error', () => told.resolve(null))
  worker.on('exit', () => told.resolve(null))
  try {
    return await told.promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
