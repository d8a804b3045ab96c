/**
 * Groups what a recognizer says into the callee's turns. A turn opens with speech (or with words, where the
 * detector missed it) and closes with exactly one final: when the recognizer has answered the pause, or when
 * it took too long. Speech that goes on before that belongs to the same turn. Text about audio of a turn that
 * is closed comes too late and is dropped, since it was already told from the partial.
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
  /** Text that will not change. */
  readonly fixed: string
  /** The recognizer's guess at what follows it. */
  readonly guess: string
  readonly startMs: number
  readonly endMs: number
}

export type HearingEvent =
  | { type: 'started' | 'stopped'; atMs: number }
  | { type: 'partial' | 'final'; text: string; startMs: number; endMs: number; more?: boolean }
  /** The recognizer has had long enough since the pause. `atMs`: the newest audio it was given. */
  | { type: 'overdue'; atMs: number }

export interface Heard {
  readonly turnId: string
  readonly text: string
  readonly final: boolean
  readonly startMs: number
  readonly endMs: number
}

export const nothingHeard: Hearing = { turn: null, opened: 0, closedUntilMs: 0 }

export function hearing(state: Hearing, event: HearingEvent): [Hearing, Heard | null] {
  switch (event.type) {
    case 'started':
      return [open(state, { startMs: event.atMs, speaking: true }), null]
    case 'stopped':
      return state.turn
        ? [withTurn(state, { ...state.turn, speaking: false, endMs: event.atMs }), null]
        : [state, null]
    case 'partial':
      return partial(state, event)
    case 'final':
      return final(state, event)
    case 'overdue':
      return state.turn ? close(state, state.turn, event.atMs) : [state, null]
  }
}

type Words = Extract<HearingEvent, { text: string }>

function partial(state: Hearing, event: Words): [Hearing, Heard | null] {
  if (event.endMs <= state.closedUntilMs || (event.text.trim() === '' && !state.turn)) return [state, null]
  const opened = open(state, { startMs: event.startMs, speaking: false })
  if (!opened.turn) return [opened, null]
  const turn = { ...opened.turn, guess: event.text, endMs: Math.max(opened.turn.endMs, event.endMs) }
  const text = joined(turn)
  return [withTurn(opened, turn), text === '' ? null : { ...told(turn, text), final: false }]
}

function final(state: Hearing, event: Words): [Hearing, Heard | null] {
  const wordless = event.text.trim() === ''
  if ((!wordless && event.endMs <= state.closedUntilMs) || (wordless && !state.turn)) return [state, null]
  const opened = open(state, { startMs: event.startMs, speaking: false })
  if (!opened.turn) return [opened, null]
  const fixed = join(opened.turn.fixed, event.text)
  const turn = { ...opened.turn, fixed, guess: '', endMs: Math.max(opened.turn.endMs, event.endMs) }
  if (!turn.speaking && !event.more) return close(opened, turn, event.endMs)
  return [withTurn(opened, turn), fixed === '' ? null : { ...told(turn, fixed), final: false }]
}

function open(state: Hearing, begin: { startMs: number; speaking: boolean }): Hearing {
  if (state.turn) {
    return begin.speaking ? withTurn(state, { ...state.turn, speaking: true }) : state
  }
  const opened = state.opened + 1
  const turn = { id: `turn-${opened}`, fixed: '', guess: '', endMs: begin.startMs, ...begin }
  return { ...state, opened, turn }
}

function close(state: Hearing, turn: Turn, untilMs: number): [Hearing, Heard] {
  const text = joined(turn)
  // Where nothing was told, words that come late are still news.
  const closedUntilMs = text === '' ? state.closedUntilMs : Math.max(state.closedUntilMs, turn.endMs, untilMs)
  return [
    { ...state, turn: null, closedUntilMs },
    { ...told(turn, text), final: true },
  ]
}

function withTurn(state: Hearing, turn: Turn): Hearing {
  return { ...state, turn }
}

function told(turn: Turn, text: string): Omit<Heard, 'final'> {
  return { turnId: turn.id, text, startMs: turn.startMs, endMs: turn.endMs }
}

function joined(turn: Turn): string {
  return join(turn.fixed, turn.guess)
}

function join(left: string, right: string): string {
  return [left.trim(), right.trim()].filter(text => text !== '').join(' ')
}
