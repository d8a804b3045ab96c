import { listAt, numberAt, objectAt, parseObject, textAt, type JsonObject } from '../../../json-object.ts'
import { VoiceFault } from '../../../port.ts'
import { faultKindOfStatus } from '../../../voice-fault.ts'

export const PROVIDER = 'cartesia'

/**
 * The messages of Cartesia's text-to-speech WebSocket, on which each utterance is a context of its own.
 * https://docs.cartesia.ai/api-reference/tts/websocket
 */
export type CartesiaMessage =
  | { type: 'audio'; contextId: string; audio: Uint8Array }
  /** Words and where they begin and end, in milliseconds of the context's audio. */
  | { type: 'words'; contextId: string; words: readonly TimedWord[] }
  | { type: 'done'; contextId: string }
  /** `contextId` is null where the connection itself is meant. */
  | { type: 'error'; contextId: string | null; fault: VoiceFault }
  | { type: 'other' }
  | { type: 'garbage' }

export interface TimedWord {
  readonly word: string
  readonly startMs: number
  readonly endMs: number
}

export interface Context {
  readonly contextId: string
  readonly model: string
  readonly voice: string
  /** ISO 639-1. */
  readonly language: string
}

/** A piece of text to be spoken; an empty last one ends the context. */
export function speakPiece(
  { contextId, model, voice, language }: Context,
  piece: { text: string; last: boolean },
): string {
  return JSON.stringify({
    context_id: contextId,
    model_id: model,
    transcript: piece.text,
    voice: { mode: 'id', id: voice },
    language,
    output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
    add_timestamps: true,
    // We send whole clauses, so nothing is gained by waiting for more.
    max_buffer_delay_ms: 0,
    continue: !piece.last,
  })
}

export function cancelContext(contextId: string): string {
  return JSON.stringify({ context_id: contextId, cancel: true })
}

export function parseCartesia(frame: string): CartesiaMessage {
  const message = parseObject(frame)
  const type = textAt(message, 'type')
  const contextId = textAt(message, 'context_id')
  if (type === 'error') return { type, contextId, fault: faultOf(message) }
  if (type === null || contextId === null) return { type: 'garbage' }
  switch (type) {
    case 'chunk': {
      const data = textAt(message, 'data')
      return data === null
        ? { type: 'garbage' }
        : { type: 'audio', contextId, audio: Buffer.from(data, 'base64') }
    }
    case 'timestamps':
      return { type: 'words', contextId, words: timedWords(objectAt(message, 'word_timestamps')) }
    case 'done':
      return { type, contextId }
    default:
      return { type: 'other' }
  }
}

function timedWords(timestamps: JsonObject | null): TimedWord[] {
  const starts = listAt(timestamps, 'start')
  const ends = listAt(timestamps, 'end')
  return listAt(timestamps, 'words').flatMap((word, index) => {
    const [start, end] = [starts[index], ends[index]]
    if (typeof word !== 'string' || typeof start !== 'number' || typeof end !== 'number') return []
    return [{ word, startMs: start * 1000, endMs: end * 1000 }]
  })
}

function faultOf(message: JsonObject | null): VoiceFault {
  const code = textAt(message, 'error_code') ?? ''
  const status = numberAt(message, 'status_code') ?? 400
  const reason =
    textAt(message, 'message') ?? textAt(message, 'title') ?? textAt(message, 'error') ?? 'no reason given'
  const kind = /quota|credit/u.test(code) ? 'quota' : faultKindOfStatus(status)
  return new VoiceFault(PROVIDER, kind, { message: `${code} ${reason}`.trim().slice(0, 200) })
}
