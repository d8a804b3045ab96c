import type { Heard, TimedWord } from '../port.ts'
import type { Recognized } from './port.ts'

/**
 * Groups what a recognizer says into the callee's turns. A turn opens with speech (or with words, where the
 * detector missed it) and closes with exactly one final: when the recognizer has answered the pause, or when
 * it took too long. Speech that goes on before that belongs to the same turn. Text about audio of a turn that
 * is closed comes too late and is dropped, since it was already told from the partial. A recognizer that finds
 * the end of the turn by itself closes it so, but not while the detector still hears speech.
 */
export interface Hearing {
  readonly turn: Turn | null
  /** Number of turns opened so far. */
  readonly opened: number
  /** Media clock: words that ended before this have been told. */
  readonly closedUntilMs: number
}

interface Turn {
  readonly id: string
  readonly speaking: boolean
  /** What will not change. */
  readonly fixed: Piece
  /** The recognizer's guess at what follows it. */
  readonly guess: Piece
  /** The recognizer found that the turn ends with what is fixed. */
  readonly over: boolean
  readonly startMs: number
  readonly endMs: number
}

interface Piece {
  readonly text: string
  readonly words: readonly TimedWord[]
}

export type HearingEvent =
  | { type: 'started' | 'stopped'; atMs: number }
  | ({ type: 'partial' | 'final'; more?: boolean } & Recognized)
  /** The recognizer has had long enough since the pause. `atMs`: the newest audio it was given. */
  | { type: 'overdue'; atMs: number }

export const nothingHeard: Hearing = { turn: null, opened: 0, closedUntilMs: 0 }

export function hearing(state: Hearing, event: HearingEvent): [Hearing, Heard | null] {
  switch (event.type) {
    case 'started':
      return [open(state, { startMs: event.atMs, speaking: true }), null]
    case 'stopped':
      return stopped(state, event.atMs)
    case 'partial':
      return partial(state, unheard(state, event))
    case 'final':
      return final(state, unheard(state, event))
    case 'overdue':
      return state.turn ? close(state, state.turn, event.atMs) : [state, null]
  }
}

type Words = Extract<HearingEvent, { text: string }>

function stopped(state: Hearing, atMs: number): [Hearing, Heard | null] {
  if (!state.turn) return [state, null]
  const turn = { ...state.turn, speaking: false, endMs: atMs }
  return turn.over ? close(state, turn, atMs) : [withTurn(state, turn), null]
}

function partial(state: Hearing, event: Words): [Hearing, Heard | null] {
  if (event.endMs <= state.closedUntilMs || (event.text.trim() === '' && !state.turn)) return [state, null]
  const opened = open(state, { startMs: event.startMs, speaking: false })
  if (!opened.turn) return [opened, null]
  const endMs = Math.max(opened.turn.endMs, event.endMs)
  const turn = { ...opened.turn, guess: pieceOf(event), over: false, endMs }
  const heard = told(turn, event.turnOver)
  return [withTurn(opened, turn), heard.text === '' ? null : { ...heard, final: false }]
}

function final(state: Hearing, event: Words): [Hearing, Heard | null] {
  const wordless = event.text.trim() === ''
  if ((!wordless && event.endMs <= state.closedUntilMs) || (wordless && !state.turn)) return [state, null]
  const opened = open(state, { startMs: event.startMs, speaking: false })
  if (!opened.turn) return [opened, null]
  const fixed = join(opened.turn.fixed, pieceOf(event))
  const endMs = Math.max(opened.turn.endMs, event.endMs)
  const turn = { ...opened.turn, fixed, guess: nothing, over: event.turnOver === true, endMs }
  if (!turn.speaking && !event.more) return close(opened, turn, event.endMs)
  const heard = told(turn, event.turnOver)
  return [withTurn(opened, turn), heard.text === '' ? null : { ...heard, final: false }]
}

function open(state: Hearing, begin: { startMs: number; speaking: boolean }): Hearing {
  if (state.turn) {
    return begin.speaking ? withTurn(state, { ...state.turn, speaking: true }) : state
  }
  const opened = state.opened + 1
  const id = `turn-${opened}`
  const turn = { id, fixed: nothing, guess: nothing, over: false, endMs: begin.startMs, ...begin }
  return { ...state, opened, turn }
}

function close(state: Hearing, turn: Turn, untilMs: number): [Hearing, Heard] {
  const heard = told(turn, turn.over)
  // Where nothing was told, words that come late are still news.
  const closedUntilMs =
    heard.text === '' ? state.closedUntilMs : Math.max(state.closedUntilMs, turn.endMs, untilMs)
  return [
    { ...state, turn: null, closedUntilMs },
    { ...heard, final: true },
  ]
}

function withTurn(state: Hearing, turn: Turn): Hearing {
  return { ...state, turn }
}

function told(turn: Turn, turnOver = false): Omit<Heard, 'final'> {
  const { text, words } = join(turn.fixed, turn.guess)
  return {
    turnId: turn.id,
    text,
    startMs: turn.startMs,
    endMs: turn.endMs,
    ...(words.length > 0 ? { words } : {}),
    ...(turnOver ? { turnOver } : {}),
  }
}

/** Without the words of a turn that was closed over the recognizer's head: its text may still begin with them. */
function unheard(state: Hearing, event: Words): Words {
  const { words = [] } = event
  const news = words.filter(word => word.endMs > state.closedUntilMs)
  const [first] = news
  if (!first || news.length === words.length) return event
  return { ...event, text: news.map(word => word.text).join(' '), words: news, startMs: first.startMs }
}

const nothing: Piece = { text: '', words: [] }

function pieceOf({ text, words = [] }: Words): Piece {
  return { text, words }
}

function join(left: Piece, right: Piece): Piece {
  const text = [left.text.trim(), right.text.trim()].filter(each => each !== '').join(' ')
  return { text, words: [...left.words, ...right.words] }
}
