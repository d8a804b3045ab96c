import { guidance } from '../domain/guidance.ts'
import { ask } from './ask.ts'
import { bidFarewell } from './ending.ts'
import type { ConversationState, Part } from './state.ts'

/** After the agent has asked the callee to repeat, it waits so long for them to do it. */
const repeatWithinMs = 5_000

/** Nobody understands the callee any more: the agent asks once to repeat, which may yet be heard, and then ends politely. */
export const deafness: Part = (state, happening) => {
  const { event, nowMs } = happening
  if (state.ending.phase !== 'open' || state.failing) return null
  if (event.type === 'deaf')
    return ask(
      { ...state, deafSinceMs: nowMs },
      { purpose: 'answer', guidance: guidance.notUnderstood },
      nowMs,
    )
  if (event.type === 'replaced' || (event.type === 'heard' && event.text.trim() !== ''))
    return state.deafSinceMs === null ? null : [{ ...state, deafSinceMs: null }, []]
  if (state.deafSinceMs === null || !hasRepeated(state, event.type, nowMs)) return null
  return bidFarewell({ ...state, deafSinceMs: null }, happening, {
    reason: 'provider_error',
    cancellable: false,
    beganMs: nowMs,
    heardFromMs: nowMs,
    farewell: { purpose: 'farewell', guidance: guidance.cannotHear },
  })
}

function hasRepeated({ agent, deafSinceMs }: ConversationState, type: string, nowMs: number): boolean {
  const asked = agent.lastSoundMs > (deafSinceMs ?? 0) && agent.replies.length === 0 && agent.wanted === null
  if (!asked) return false
  return type === 'speech_stopped' || (type === 'tick' && nowMs - agent.lastSoundMs >= repeatWithinMs)
}
