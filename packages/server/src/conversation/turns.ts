import { ask } from './ask.ts'
import { type Callee, withCallee } from './callee.ts'
import { silenceNeededMs } from './endpointing.ts'
import { asksWhetherHuman } from './honesty-words.ts'
import { guidance } from '../domain/guidance.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { isConnecting } from './tools/transfer.ts'

/**
 * Who has the floor. When the callee's turn is over and nobody answers it, the agent is asked to: at once
 * by the rules of endpointing, or, with a voice that takes turns itself, when that voice lets them wait.
 */
export const turns: Part = (state, { event, nowMs }) => {
  if (event.type !== 'tick' && event.type !== 'heard' && event.type !== 'speech_stopped') return null
  const { agent, callee, ending } = state
  if (callee.speaking || ending.phase !== 'open' || isUnable(state)) return null
  if (agent.replies.some(({ purpose }) => purpose !== 'filler'))
    return callee.unanswered || callee.spokeMs !== null ? absorb(state) : null
  const debt = owed(state)
  if (!debt || nowMs - quietFromMs(callee) < debt.afterMs) return null
  return ask(state, { purpose: 'answer', ...debt.request }, nowMs)
}

function isUnable(state: ConversationState): boolean {
  return state.failing !== null || isConnecting(state)
}

function quietFromMs({ stoppedMs, unanswered }: Callee): number {
  return Math.max(stoppedMs ?? 0, unanswered?.endMs ?? 0)
}

interface Debt {
  /** Silence that has to pass first. */
  readonly afterMs: number
  readonly request: { readonly guidance?: string }
}

/** What the agent owes the callee now. */
function owed({ callee, terms }: ConversationState): Debt | null {
  const { settings, takesTurns, language } = terms
  const { unanswered, tookFloor, spokeMs, turnedDown } = callee
  if (!unanswered && !tookFloor && spokeMs === null) return null
  const request = requestFor(unanswered)
  if (takesTurns) return { afterMs: turnedDown ? 0 : settings.ownTurnPatienceMs, request }
  if (spokeMs !== null) return { afterMs: settings.finishedPauseMs, request: {} }
  const afterMs = unanswered ? silenceNeededMs(unanswered, language, settings) : settings.falseStopMs
  return { afterMs, request }
}

function requestFor(unanswered: Callee['unanswered']): Debt['request'] {
  if (!unanswered) return { guidance: guidance.goOn }
  if (unanswered.text === '') return { guidance: guidance.notUnderstood }
  return asksWhetherHuman(unanswered.text) ? { guidance: guidance.truth } : {}
}

/** Words over a reply that was not stopped for them, such as the "hello?" over the first sentence: it answers them. */
function absorb(state: ConversationState): Step {
  return withCallee(state, { unanswered: null, spokeMs: null })
}
