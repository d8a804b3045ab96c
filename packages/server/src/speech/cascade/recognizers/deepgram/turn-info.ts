import { listAt, numberAt, parseObject, textAt, type JsonObject } from '../../../json-object.ts'
import type { TimedWord } from '../../../port.ts'
import { wordsOf } from './results.ts'

/**
 * What Flux tells, reduced to what a call needs. Times are milliseconds of the audio it was sent. It tells of
 * every quarter second of audio, whether or not anybody speaks; the text is that of the whole turn so far.
 * https://developers.deepgram.com/docs/flux/state
 */
export type FluxMessage =
  | {
      type: 'turn'
      /** `likely` may be taken back by a later `open`, `over` may not. */
      state: 'open' | 'likely' | 'over'
      text: string
      startMs: number
      endMs: number
      words: readonly TimedWord[]
      /** All audio up to here has been listened to. */
      listenedMs: number
    }
  | { type: 'connected' }
  | { type: 'error'; code: string; message: string }
  | { type: 'other' }
  | { type: 'garbage' }

const STATES: Readonly<Record<string, 'open' | 'likely' | 'over'>> = {
  Update: 'open',
  StartOfTurn: 'open',
  TurnResumed: 'open',
  EagerEndOfTurn: 'likely',
  EndOfTurn: 'over',
}

export function parseFlux(frame: string): FluxMessage {
  const message = parseObject(frame)
  switch (textAt(message, 'type')) {
    case null:
      return { type: 'garbage' }
    case 'Connected':
      return { type: 'connected' }
    case 'TurnInfo':
      return turn(message)
    case 'Error': {
      const code = textAt(message, 'code') ?? 'error'
      return { type: 'error', code, message: textAt(message, 'description') ?? 'no reason given' }
    }
    default:
      return { type: 'other' }
  }
}

function turn(message: JsonObject | null): FluxMessage {
  const event = textAt(message, 'event')
  const text = textAt(message, 'transcript')
  const from = numberAt(message, 'audio_window_start')
  const until = numberAt(message, 'audio_window_end')
  if (event === null || text === null || from === null || until === null) return { type: 'garbage' }
  const state = STATES[event]
  if (!state) return { type: 'other' }
  const words = wordsOf(listAt(message, 'words'))
  const startMs = words[0]?.startMs ?? from * 1000
  const endMs = words.at(-1)?.endMs ?? until * 1000
  return { type: 'turn', state, text, startMs, endMs, words, listenedMs: until * 1000 }
}
