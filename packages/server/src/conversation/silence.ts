import { has, isAudible } from './agent.ts'
import { ask } from './ask.ts'
import { silenceAgent } from './silence-agent.ts'
import { bidFarewell } from './ending.ts'
import { guidance } from '../domain/guidance.ts'
import type { ConversationState, Part } from './state.ts'
import { awaitsTool } from './tools/outside.ts'
import { chain, report } from './step.ts'
import { isOwed } from './watchdog.ts'

/** After being asked, the callee has at least so long to answer. */
const answerTimeMs = 3_000

/** Nobody speaks: the agent asks once, then says goodbye. Counted from the end of the last sound. */
export const silence: Part = (state, happening) => {
  if (happening.event.type !== 'tick' || !isQuiet(state)) return null
  const { nowMs } = happening
  const { settings } = state.terms
  const quietFromMs = Math.max(state.callee.lastSoundMs, state.agent.quietSinceMs)
  const asked = state.silenceAskedMs !== null && state.silenceAskedMs >= quietFromMs
  if (!asked) {
    if (nowMs - quietFromMs < settings.silencePromptMs) return null
    return chain(
      silenceAgent({ ...state, silenceAskedMs: nowMs }, happening),
      next => [next, [report({ type: 'silence_prompt', at_ms: nowMs })]],
      next => ask(next, { purpose: 'silence_prompt', guidance: guidance.stillThere }, nowMs),
    )
  }
  const due = Math.max(quietFromMs + settings.silenceFarewellMs, state.agent.lastSoundMs + answerTimeMs)
  if (nowMs < due) return null
  return bidFarewell(state, happening, {
    reason: 'silence',
    cancellable: true,
    beganMs: nowMs,
    heardFromMs: quietFromMs,
    farewell: { purpose: 'farewell', guidance: guidance.nobodyThere },
  })
}

/**
 * A reply that is asked for and does not come is silence too, unless the watchdog sees to it: asking whether the
 * callee is there would stop what they wait for.
 */
function isQuiet(state: ConversationState): boolean {
  const { agent, callee, ending, keypad, transfer, switching } = state
  if (state.terms.standby && isOwed(state) && !has(agent, 'silence_prompt')) return false
  if (keypad !== null || transfer !== null || switching !== null || awaitsTool(state)) return false
  return ending.phase === 'open' && !callee.speaking && !isAudible(agent)
}
