import {
  listAt,
  numberAt,
  objectAt,
  objectOf,
  parseObject,
  textAt,
  type JsonObject,
} from '../../../json-object.ts'
import type { TimedWord } from '../../../port.ts'

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
      words: readonly TimedWord[]
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
  const fixed = message?.['is_final'] === true
  const pauses = message?.['from_finalize'] === true || message?.['speech_final'] === true
  const whole = { startMs: start * 1000, endMs: (start + duration) * 1000 }
  return { type: 'results', text, ...timed(best, whole), fixed, settled: fixed && pauses }
}

/** The words, and the time from the first to the last of them. */
function timed(best: JsonObject | null, whole: { startMs: number; endMs: number }) {
  const words = wordsOf(listAt(best, 'words'))
  return { startMs: words[0]?.startMs ?? whole.startMs, endMs: words.at(-1)?.endMs ?? whole.endMs, words }
}

/** Those that can be read; seconds become milliseconds. */
export function wordsOf(list: readonly unknown[]): TimedWord[] {
  return list.flatMap(entry => {
    const word = objectOf(entry)
    const text = textAt(word, 'punctuated_word') ?? textAt(word, 'word')
    const start = numberAt(word, 'start')
    const end = numberAt(word, 'end')
    return text === null || start === null || end === null
      ? []
      : [{ text, startMs: Math.round(start * 1000), endMs: Math.round(end * 1000) }]
  })
}
