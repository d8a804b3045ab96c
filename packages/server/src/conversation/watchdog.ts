import { has, isAudible } from './agent.ts'
import { failing } from './faults.ts'
import { isOpening } from './opening.ts'
import { playClip } from './play-clip.ts'
import type { ConversationState, Part } from './state.ts'

/**
 * Whatever goes wrong, the callee never waits six seconds for some sound of the agent: words that were made
 * beforehand fill the wait, and where nothing comes after them either the voice is given up.
 */
export const watchdog: Part = (state, { event, nowMs, queuedMs }) => {
  if (event.type === 'reply_audio') return state.fillers === 0 ? null : [{ ...state, fillers: 0 }, []]
  const { standby } = state.terms
  if (event.type !== 'tick' || !standby || queuedMs > 0 || !isOwed(state)) return null
  if (nowMs < dueMs(state)) return null
  const filler = isOpening(state) ? undefined : standby.fillers[state.fillers]
  if (!filler) return [failing(state, nowMs, 'No reply came for many seconds'), []]
  return playClip({ ...state, fillers: state.fillers + 1 }, { clip: filler, purpose: 'filler' }, nowMs)
}

/** The callee has said something, or waits for something that was asked for, and hears nothing. */
export function isOwed(state: ConversationState): boolean {
  const { agent, callee } = state
  if (hasOtherReasons(state) || callee.speaking || isAudible(agent) || agent.held) return false
  const spoke = callee.stoppedMs !== null && callee.stoppedMs >= agent.lastSoundMs
  return (
    isAsked(state) ||
    callee.unanswered !== null ||
    callee.spokeMs !== null ||
    callee.tookFloor ||
    (spoke && callee.awaitingWords)
  )
}

/** The agent is silent because it has to be, or is over. */
function hasOtherReasons({ ending, failing: failed, held, keypad, transfer }: ConversationState): boolean {
  return ending.phase !== 'open' || failed !== null || held !== null || keypad !== null || transfer !== null
}

function isAsked({ agent }: ConversationState): boolean {
  return agent.wanted !== null || agent.replies.length > 0
}

/** A reply is given its time from when it was asked for; the silence as a whole has a limit of its own. */
function dueMs(state: ConversationState): number {
  const { agent, callee, terms, fillers } = state
  const { fillerMs, longestWaitMs } = terms.settings
  const lastSoundMs = Math.max(agent.lastSoundMs, callee.stoppedMs ?? 0, callee.unanswered?.endMs ?? 0)
  // Nobody has waited for a question into the silence before it was asked for.
  const fromMs = has(agent, 'silence_prompt') ? Math.max(lastSoundMs, agent.lastAskedMs) : lastSoundMs
  const limitMs = fromMs + longestWaitMs
  if (fillers > 0 || isOpening(state)) return limitMs
  if (terms.takesTurns) return fromMs + fillerMs
  return isAsked(state) ? Math.min(limitMs, Math.max(fromMs, agent.lastAskedMs) + fillerMs) : limitMs
}
