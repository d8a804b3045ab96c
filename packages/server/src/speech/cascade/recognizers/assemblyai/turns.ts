import { listAt, numberAt, objectOf, parseObject, textAt, type JsonObject } from '../../../json-object.ts'
import type { TimedWord, VoiceFault } from '../../../port.ts'

/**
 * What AssemblyAI's streaming recognizer tells, reduced to what a call needs. Times are milliseconds of the
 * audio it was sent. https://www.assemblyai.com/docs/streaming/message-sequence
 */
export type AssemblyAiMessage =
  | { type: 'begin' }
  | {
      type: 'turn'
      /** Counts the turns of the session. */
      order: number
      text: string
      words: readonly TimedWord[]
      over: boolean
    }
  /** Nobody spoke until then. */
  | { type: 'silence'; untilMs: number }
  | { type: 'error'; code: number | null; message: string }
  | { type: 'other' }
  | { type: 'garbage' }

export function parseAssemblyAi(frame: string): AssemblyAiMessage {
  const message = parseObject(frame)
  switch (textAt(message, 'type')) {
    case null:
      return { type: 'garbage' }
    case 'Begin':
      return { type: 'begin' }
    case 'Turn':
      return turn(message)
    case 'Silence': {
      const untilMs = numberAt(message, 'end_ms')
      return untilMs === null ? { type: 'garbage' } : { type: 'silence', untilMs }
    }
    case 'Error': {
      const code = numberAt(message, 'error_code')
      return { type: 'error', code, message: textAt(message, 'error') ?? 'no reason given' }
    }
    default:
      return { type: 'other' }
  }
}

/** Of a turn that goes on, the transcript leaves out the words that may still change. */
function turn(message: JsonObject | null): AssemblyAiMessage {
  const order = numberAt(message, 'turn_order')
  const transcript = textAt(message, 'transcript')
  if (order === null || transcript === null) return { type: 'garbage' }
  const over = message?.['end_of_turn'] === true
  const words = listAt(message, 'words').flatMap(wordOf)
  const text = over || words.length === 0 ? transcript : words.map(word => word.text).join(' ')
  return { type: 'turn', order, text, words, over }
}

function wordOf(entry: unknown): TimedWord[] {
  const word = objectOf(entry)
  const text = textAt(word, 'text')
  const startMs = numberAt(word, 'start')
  const endMs = numberAt(word, 'end')
  return text === null || startMs === null || endMs === null ? [] : [{ text, startMs, endMs }]
}

/** https://www.assemblyai.com/docs/streaming/common-session-errors-and-closures */
const KINDS: Readonly<Record<number, VoiceFault['kind']>> = {
  1008: 'unauthorized',
  3005: 'unreachable',
  3006: 'refused',
  3008: 'timeout',
  3009: 'rate_limited',
  4001: 'unauthorized',
  4002: 'quota',
  4003: 'quota',
  4029: 'rate_limited',
  4102: 'rate_limited',
}

export function faultKind(code: number | null): VoiceFault['kind'] {
  return KINDS[code ?? 0] ?? 'protocol'
}
