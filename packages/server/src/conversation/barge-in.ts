import { playedOf, type Purpose } from './agent.ts'
import { interruptionReport, silenceAgent } from './silence-agent.ts'
import { withCallee } from './callee.ts'
import type { Happening } from './happening.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain } from './step.ts'

/** The agent's sound under the callee's. */
export interface Overlap {
  readonly purpose: Purpose
  /** Of the reply that is playing or comes next. */
  readonly playedMs: number
  readonly ending: boolean
  readonly protectedMs: number
}

/**
 * Whether the agent stops for a callee who makes a sound. `later`: not now, but again while they go on. A
 * goodbye is not stopped by sound, since people say goodbye at the same time; words may still cancel it. What
 * the law wants said is said to its end.
 */
export function judgeOverlap({
  purpose,
  playedMs,
  ending,
  protectedMs,
}: Overlap): 'stop' | 'leave' | 'later' {
  if (ending) return 'leave'
  if (purpose === 'disclosure') return 'later'
  if (purpose === 'opening' && playedMs < protectedMs) return 'later'
  return 'stop'
}

/** Gives the floor to the callee, by voice or by key. */
export const bargeIn: Part = (state, happening) => {
  const { type } = happening.event
  if (type === 'tick') return state.callee.overlapping ? yieldFloor(state, happening) : null
  const takesFloor = type === 'speech_started' || (type === 'digit' && state.terms.keypad.receive)
  return takesFloor ? yieldFloor(state, happening) : null
}

function yieldFloor(state: ConversationState, happening: Happening): Step | null {
  const { replies, wanted } = state.agent
  const [first] = replies
  if (!first && !wanted) return null
  const verdict = judgeOverlap({
    purpose: first?.purpose ?? 'answer',
    playedMs: playedOf(replies, happening.queuedMs)[0] ?? 0,
    ending: state.ending.phase !== 'open',
    protectedMs: state.terms.settings.openingProtectedMs,
  })
  if (verdict === 'leave') return null
  if (verdict === 'later') return state.callee.overlapping ? null : withCallee(state, { overlapping: true })
  const said = interruptionReport(state, happening)
  return chain(
    silenceAgent(state, happening),
    next => withCallee(next, { overlapping: false, tookFloor: true }),
    next => [next, said],
  )
}
