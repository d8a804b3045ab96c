import { broken } from '../domain/outcome.ts'
import { finish } from './ending.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { report } from './step.ts'
import { isConnecting } from './tools/transfer.ts'

/** Without a voice nothing can be said; what is already in the queue may still be heard for so long. */
const lastSoundMs = 1_000
/** Replies in a row that failed without a sound, after which no further one is asked for. */
const hopelessFailures = 3

/** Trouble of the voice and of the line: told as it happens; a voice that is gone ends the call. */
export const faults: Part = (state, happening) => {
  const { event, nowMs, queuedMs } = happening
  switch (event.type) {
    case 'fault': {
      const detail = `${event.fault.provider}: ${event.fault.message}`
      const told = [report({ type: 'fault', source: 'voice', detail, at_ms: nowMs })]
      return [event.fatal ? failing(state, nowMs, detail) : state, told]
    }
    case 'stalled':
      return stalled(state, nowMs)
    case 'reply_done':
      return state.agent.failures >= hopelessFailures ? [failing(state, nowMs, noReplies), []] : null
    case 'tick':
      // Whoever is about to take the callee over needs no voice.
      if (isConnecting(state)) return null
      if (!state.failing || (queuedMs > 0 && nowMs - state.failing.sinceMs < lastSoundMs)) return null
      return finish(state, happening, {
        outcome: broken('provider_error', 'provider', state.failing.message),
        hangUp: true,
      })
    default:
      return null
  }
}

const noReplies = 'The model failed to make a reply several times in a row'

function failing(state: ConversationState, nowMs: number, message: string): ConversationState {
  if (state.failing || isFarewellSafe(state)) return state
  return { ...state, failing: { sinceMs: nowMs, message } }
}

/** A goodbye that is made and in the queue needs no voice any more. */
function isFarewellSafe({ ending, agent }: ConversationState): boolean {
  if (ending.phase === 'lingering') return true
  return ending.phase === 'farewell' && agent.wanted === null && agent.replies.every(reply => !reply.making)
}

/** The line repeats itself while nothing arrives; the first time is enough for the timeline. */
function stalled(state: ConversationState, nowMs: number): Step {
  const repeated = state.stalledMs !== null && state.stalledMs > state.callee.lastSoundMs
  const detail = 'No audio arrives from the callee'
  const told = repeated ? [] : [report({ type: 'fault', source: 'line', detail, at_ms: nowMs })]
  return [{ ...state, stalledMs: nowMs }, told]
}
