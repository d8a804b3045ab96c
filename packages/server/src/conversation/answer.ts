import { talked } from '../domain/outcome.ts'
import { finish } from './ending.ts'
import type { Happening } from './happening.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { report } from './step.ts'
import { soundsLikeVoicemail } from './voicemail-words.ts'

/** What is known about who picked up. Uncertain means human: the agent talks while this is found out. */
export interface AnswerState {
  readonly verdict: 'human' | 'voicemail' | null
  /** Speech right after the answer, with pauses too short for a person who waits for a reply. */
  readonly greetingFromMs: number | null
  readonly greetingOver: boolean
  /** Turns with words so far. */
  readonly turns: number
}

export const nobodyYet: AnswerState = { verdict: null, greetingFromMs: null, greetingOver: false, turns: 0 }

/** A machine starts to talk at once, and its greeting is over by then. */
const greetingStartMs = 2_500
const greetingPauseMs = 700
const machineWordsUntilMs = 30_000
const machineTurns = 2

/** Tells a person from an answering machine by the length of the greeting and by its words. */
export const answer: Part = (state, happening) => {
  const { event, nowMs } = happening
  switch (event.type) {
    case 'speech_started':
      return speechStarted(state, event.atMs)
    case 'tick':
      return isLongGreeting(state, nowMs) ? voicemail(state, happening) : null
    case 'heard':
      return words(state, event, happening)
    default:
      return null
  }
}

function speechStarted(state: ConversationState, atMs: number): Step | null {
  const { greetingFromMs, greetingOver } = state.answer
  if (greetingOver) return null
  if (greetingFromMs === null)
    return withAnswer(state, { greetingFromMs: atMs, greetingOver: atMs > greetingStartMs })
  const pauseMs = atMs - (state.callee.stoppedMs ?? atMs)
  return pauseMs > greetingPauseMs ? withAnswer(state, { greetingOver: true }) : null
}

function isLongGreeting(
  { answer: { greetingFromMs, greetingOver }, callee, terms }: ConversationState,
  nowMs: number,
) {
  if (greetingFromMs === null || greetingOver || !callee.speaking) return false
  return nowMs - greetingFromMs >= terms.settings.longGreetingMs
}

function words(
  state: ConversationState,
  heard: { text: string; final: boolean; startMs: number; endMs: number },
  happening: Happening,
): Step | null {
  if (heard.text.trim() === '') return null
  const { verdict, turns } = state.answer
  const early = heard.startMs < machineWordsUntilMs && turns < machineTurns
  if (early && soundsLikeVoicemail(heard.text, heard.endMs - heard.startMs))
    return voicemail(state, happening)
  if (!heard.final) return null
  const [after] = withAnswer(state, { turns: turns + 1, verdict: verdict ?? 'human' })
  if (verdict) return [after, []]
  return [after, [report({ type: 'answered_by', answered_by: 'human', at_ms: happening.nowMs })]]
}

function voicemail(state: ConversationState, happening: Happening): Step {
  const [known] = withAnswer(state, { verdict: 'voicemail' })
  const [over, commands] = finish(known, happening, {
    outcome: talked('voicemail', 'voicemail'),
    hangUp: true,
  })
  return [
    over,
    [report({ type: 'answered_by', answered_by: 'voicemail', at_ms: happening.nowMs }), ...commands],
  ]
}

function withAnswer(state: ConversationState, change: Partial<AnswerState>): Step {
  return [{ ...state, answer: { ...state.answer, ...change } }, []]
}
