import {
  listAt,
  numberAt,
  objectAt,
  objectOf,
  parseObject,
  textAt,
  type JsonObject,
} from '../../../json-object.ts'

/**
 * What Deepgram's streaming recognizer tells, reduced to what a call needs. Times are milliseconds of the
 * audio it was sent. https://developers.deepgram.com/reference/speech-to-text/listen-streaming
 */
export type DeepgramMessage =
  | {
      type: 'results'
      text: string
      startMs: number
      endMs: number
      /** The words will not change. */
      fixed: boolean
      /** Nothing more is coming for the speech so far: it answers a Finalize, or ends at a pause. */
      settled: boolean
    }
  | { type: 'utterance_end' }
  | { type: 'error'; message: string }
  | { type: 'other' }
  | { type: 'garbage' }

export function parseDeepgram(frame: string): DeepgramMessage {
  const message = parseObject(frame)
  switch (textAt(message, 'type')) {
    case null:
      return { type: 'garbage' }
    case 'Results':
      return results(message)
    case 'UtteranceEnd':
      return { type: 'utterance_end' }
    case 'Error':
      return {
        type: 'error',
        message: textAt(message, 'description') ?? textAt(message, 'message') ?? 'no reason given',
      }
    default:
      return { type: 'other' }
  }
}

function results(message: ReturnType<typeof parseObject>): DeepgramMessage {
  const best = objectOf(listAt(objectAt(message, 'channel'), 'alternatives')[0])
  const text = textAt(best, 'transcript')
  const start = numberAt(message, 'start')
  const duration = numberAt(message, 'duration')
  if (text === null || start === null || duration === null) return { type: 'garbage' }
  const words = listAt(best, 'words').map(objectOf)
  const fixed = message?.['is_final'] === true
  const pauses = message?.['from_finalize'] === true || message?.['speech_final'] === true
  return {
    type: 'results',
    text,
    startMs: secondsAt(words[0], 'start', start) * 1000,
    endMs: secondsAt(words.at(-1), 'end', start + duration) * 1000,
    fixed,
    settled: fixed && pauses,
  }
}

function secondsAt(word: JsonObject | null | undefined, key: 'start' | 'end', otherwise: number): number {
  return numberAt(word ?? null, key) ?? otherwise
}
