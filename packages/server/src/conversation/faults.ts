import { broken } from '../domain/outcome.ts'
import { isAudible } from './agent.ts'
import { finish } from './ending.ts'
import type { Happening } from './happening.ts'
import { playClip } from './play-clip.ts'
import { silenceAgent } from './silence-agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain, report } from './step.ts'
import { isConnecting } from './tools/transfer.ts'

/** Without a voice nothing can be said; what is already in the queue may still be heard for so long. */
const lastSoundMs = 1_000
/** A line that does not play the apology is not waited for. */
const longestApologyMs = 10_000
/** Replies in a row that failed without a sound, after which no further one is asked for. */
const hopelessFailures = 3

/** Trouble of the voice and of the line: told as it happens; a voice that is gone ends the call, with an apology. */
export const faults: Part = (state, happening) => {
  const { event, nowMs } = happening
  switch (event.type) {
    case 'fault': {
      const detail = `${event.fault.provider}: ${event.fault.message}`
      const told = [report({ type: 'fault', source: 'voice', detail, at_ms: nowMs })]
      return [event.fatal ? failing(state, nowMs, detail) : state, told]
    }
    case 'replaced':
      return replaced(state, event, nowMs)
    case 'stalled':
      return stalled(state, nowMs)
    case 'reply_done':
      return state.agent.failures >= hopelessFailures ? [failing(state, nowMs, noReplies), []] : null
    case 'tick':
      // Whoever is about to take the callee over needs no voice.
      if (isConnecting(state)) return null
      return state.failing ? ended(state, state.failing, happening) : null
    default:
      return null
  }
}

const noReplies = 'The model failed to make a reply several times in a row'

type Failing = NonNullable<ConversationState['failing']>

/** What was made is heard for a moment, then the apology, then the call is over. */
function ended(
  state: ConversationState,
  { sinceMs, message, apologyMs }: Failing,
  now: Happening,
): Step | null {
  const { nowMs, queuedMs } = now
  const { standby } = state.terms
  if (apologyMs !== null) {
    if (isAudible(state.agent) && nowMs - apologyMs < longestApologyMs) return null
  } else {
    if (queuedMs > 0 && nowMs - sinceMs < lastSoundMs) return null
    if (standby)
      return chain(silenceAgent({ ...state, failing: { sinceMs, message, apologyMs: nowMs } }, now), silent =>
        playClip(silent, { clip: standby.apology, purpose: 'apology' }, nowMs),
      )
  }
  return finish(state, now, { outcome: broken('provider_error', 'provider', message), hangUp: true })
}

/** The talk goes on by the rules of whoever speaks now. */
function replaced(
  state: ConversationState,
  { provider, capabilities }: Extract<Happening['event'], { type: 'replaced' }>,
  nowMs: number,
): Step {
  const detail = `The call goes on with ${provider}`
  const told = report({ type: 'fault', source: 'voice', detail, at_ms: nowMs })
  return [{ ...state, terms: { ...state.terms, ...capabilities } }, [told]]
}

/** Nothing more is to be had from the voice. */
export function failing(state: ConversationState, nowMs: number, message: string): ConversationState {
  if (state.failing || isFarewellSafe(state)) return state
  return { ...state, failing: { sinceMs: nowMs, message, apologyMs: null } }
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
