import { wavHeader } from '@parley/wire/audio/wav-header'
import { listAt, numberAt, objectOf, parseObject, textAt, type JsonObject } from '../../../json-object.ts'
import type { TimedWord } from '../../../port.ts'

/**
 * The protocol that Azure's Speech SDKs speak over WebSocket: messages with headers as in HTTP. Audio goes out
 * in binary frames, whose headers are preceded by their length. A turn ends with an empty piece of audio, and
 * the service answers it with what was still open and `turn.end`.
 * https://learn.microsoft.com/azure/ai-services/speech-service/ (as in microsoft-cognitiveservices-speech-sdk)
 */
export type UspMessage =
  | { type: 'hypothesis'; requestId: string; text: string; startMs: number; endMs: number }
  | {
      type: 'phrase'
      requestId: string
      text: string
      startMs: number
      endMs: number
      words: readonly TimedWord[]
    }
  | { type: 'turn_end'; requestId: string }
  | { type: 'other' }
  | { type: 'garbage' }

const TICKS_PER_MS = 10_000
/** WAVE_FORMAT_MULAW, and where it stands in the header. */
const MULAW = 7
const FORMAT_AT = 20

/** What is sent first on a connection. */
export function greeting(requestId: string, now: Date): string {
  const source = { type: 'Stream', bitspersample: 8, channelcount: 1, samplerate: 8000 }
  const system = { name: 'Parley', version: '1', build: 'Node', lang: 'TypeScript' }
  const context = {
    system,
    os: { platform: 'Node', name: 'Node', version: process.version },
    audio: { source },
  }
  const head = heads('speech.config', requestId, now)
  return `${head}Content-Type: application/json\r\n\r\n${JSON.stringify({ context })}`
}

/** A piece of a turn's audio; an empty one ends the turn. */
export function audioMessage(requestId: string, audio: Uint8Array, now: Date): Uint8Array {
  const head = Buffer.from(heads('audio', requestId, now))
  const length = Buffer.alloc(2)
  length.writeUInt16BE(head.length)
  return Buffer.concat([length, head, audio])
}

/** The header of a WAV file without an end, which comes before the audio of a turn. */
export function mulawHeader(): Uint8Array {
  const header = Buffer.from(wavHeader({ channels: 1, sampleRateHz: 8000, bitsPerSample: 8 }, 0))
  header.writeUInt16LE(MULAW, FORMAT_AT)
  return header
}

export function parseUsp(frame: string): UspMessage {
  const end = frame.indexOf('\r\n\r\n')
  const head = end < 0 ? '' : frame.slice(0, end)
  const path = headerOf(head, 'path')?.toLowerCase()
  const requestId = headerOf(head, 'x-requestid')
  if (path === undefined || requestId === undefined) return { type: 'garbage' }
  const body = parseObject(frame.slice(end + 4))
  switch (path) {
    case 'speech.hypothesis':
    case 'speech.fragment':
      return { type: 'hypothesis', requestId, text: textAt(body, 'Text') ?? '', ...placeOf(body) }
    case 'speech.phrase':
      return phrase(requestId, body)
    case 'turn.end':
      return { type: 'turn_end', requestId }
    default:
      return { type: 'other' }
  }
}

function phrase(requestId: string, body: JsonObject | null): UspMessage {
  const best = objectOf(listAt(body, 'NBest')[0])
  const text = textAt(best, 'Display') ?? textAt(body, 'DisplayText') ?? ''
  const words = listAt(best, 'Words').map(entry => {
    const word = objectOf(entry)
    return { text: textAt(word, 'Word') ?? '', ...placeOf(word) }
  })
  return { type: 'phrase', requestId, text, ...placeOf(body), words }
}

function placeOf(from: JsonObject | null): { startMs: number; endMs: number } {
  const startMs = (numberAt(from, 'Offset') ?? 0) / TICKS_PER_MS
  return { startMs, endMs: startMs + (numberAt(from, 'Duration') ?? 0) / TICKS_PER_MS }
}

function heads(path: string, requestId: string, now: Date): string {
  return `Path: ${path}\r\nX-RequestId: ${requestId}\r\nX-Timestamp: ${now.toISOString()}\r\n`
}

function headerOf(head: string, name: string): string | undefined {
  const line = head.split('\r\n').find(each => each.toLowerCase().startsWith(`${name}:`))
  return line?.slice(name.length + 1).trim()
}
