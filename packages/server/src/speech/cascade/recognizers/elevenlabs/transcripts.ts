import { listAt, numberAt, objectOf, parseObject, textAt, type JsonObject } from '../../../json-object.ts'
import type { TimedWord, VoiceFault } from '../../../port.ts'

/**
 * What ElevenLabs' Scribe tells live, reduced to what a call needs. Times are milliseconds of the audio it was
 * sent. https://elevenlabs.io/docs/api-reference/speech-to-text/v-1-speech-to-text-realtime
 */
export type ScribeMessage =
  | { type: 'started' }
  /** All that was said since the last commit, so far. */
  | { type: 'partial'; text: string }
  /** All that was said since the last commit; the same with word times follows. */
  | { type: 'committed'; text: string }
  | { type: 'timed'; text: string; words: readonly TimedWord[] }
  /** There was too little audio to commit. */
  | { type: 'throttled' }
  | { type: 'error'; kind: VoiceFault['kind']; message: string }
  | { type: 'other' }
  | { type: 'garbage' }

/** After all but `protocol` the session is over. */
const ERRORS: Readonly<Record<string, VoiceFault['kind']>> = {
  auth_error: 'unauthorized',
  unaccepted_terms: 'refused',
  invalid_request: 'refused',
  quota_exceeded: 'quota',
  rate_limited: 'rate_limited',
  queue_overflow: 'rate_limited',
  resource_exhausted: 'unreachable',
  session_time_limit_exceeded: 'timeout',
  insufficient_audio_activity: 'timeout',
  transcriber_error: 'unreachable',
  input_error: 'protocol',
  chunk_size_exceeded: 'protocol',
  error: 'protocol',
}

export function parseScribe(frame: string): ScribeMessage {
  const message = parseObject(frame)
  const type = textAt(message, 'message_type')
  if (type === null) return { type: 'garbage' }
  const kind = ERRORS[type]
  if (kind)
    return { type: 'error', kind, message: `${type}: ${textAt(message, 'error') ?? 'no reason given'}` }
  if (type === 'session_started') return { type: 'started' }
  if (type === 'commit_throttled') return { type: 'throttled' }
  return transcript(type, message)
}

function transcript(type: string, message: JsonObject | null): ScribeMessage {
  const text = textAt(message, 'text')
  switch (type) {
    case 'partial_transcript':
      return text === null ? { type: 'garbage' } : { type: 'partial', text }
    case 'committed_transcript':
      return text === null ? { type: 'garbage' } : { type: 'committed', text }
    case 'committed_transcript_with_timestamps':
      return text === null
        ? { type: 'garbage' }
        : { type: 'timed', text, words: listAt(message, 'words').flatMap(wordOf) }
    default:
      return { type: 'other' }
  }
}

/** The spaces between words have times of their own, which nobody needs. */
function wordOf(entry: unknown): TimedWord[] {
  const word = objectOf(entry)
  const text = textAt(word, 'text')
  const start = numberAt(word, 'start')
  const end = numberAt(word, 'end')
  if (textAt(word, 'type') === 'spacing' || text === null || start === null || end === null) return []
  return [{ text, startMs: Math.round(start * 1000), endMs: Math.round(end * 1000) }]
}

/** Base64 needs no escaping: ten of these a second are built without a JSON serialiser. */
export function audioChunk(audio: Uint8Array, commit: boolean): string {
  const base64 = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64')
  return `{"message_type":"input_audio_chunk","audio_base_64":"${base64}","commit":${commit},"sample_rate":8000}`
}
