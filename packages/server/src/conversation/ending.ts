import type { EndReason } from '@parley/contract/status'
import { answeredBy } from './answering/answered-by.ts'
import { broken, type Outcome, talked } from '../domain/outcome.ts'
import { isAudible, type Request } from './agent.ts'
import { ask } from './ask.ts'
import { silenceAgent } from './silence-agent.ts'
import type { Command, Happening } from './happening.ts'
import { turnTaking } from './overlap-counts.ts'
import type { ConversationState, Step } from './state.ts'
import { chain, report } from './step.ts'

/** How far the conversation is from its end. */
export type Ending =
  | { phase: 'open' }
  /** The agent ended the call in a reply that is still being made and may itself say goodbye. */
  | { phase: 'deciding'; plan: EndingPlan; replyId: string }
  /** The farewell is wanted, being made, or playing. */
  | { phase: 'farewell'; plan: EndingPlan }
  /** The farewell was heard. */
  | { phase: 'lingering'; plan: EndingPlan; playedMs: number }
  | { phase: 'over' }

export interface EndingPlan {
  readonly reason: EndReason
  /** A callee who has more to say gets their answer instead. */
  readonly cancellable: boolean
  readonly beganMs: number
  /** Only what the callee began to say after this can cancel the ending. */
  readonly heardFromMs: number
  /** When the ending is cut; absent: as the settings say. */
  readonly limitMs?: number
  readonly farewell: Request
}

/** A reply that is almost played is let finish before the farewell. */
const shortRestMs = 3_000

/** Begins a farewell that was not the agent's idea. An ending under way stays what it is. */
export function bidFarewell(state: ConversationState, happening: Happening, plan: EndingPlan): Step {
  if (state.ending.phase !== 'open') return [state, []]
  const { agent } = state
  const nearlyDone =
    isAudible(agent) &&
    !agent.held &&
    agent.replies.every(reply => !reply.making) &&
    happening.queuedMs <= shortRestMs
  const floor: Step = nearlyDone ? [state, []] : silenceAgent(state, happening)
  const { nowMs } = happening
  return chain(
    floor,
    next => [{ ...next, ending: { phase: 'farewell', plan } }, [report({ type: 'farewell', at_ms: nowMs })]],
    next => ask(next, plan.farewell, nowMs),
  )
}

/** Ends the conversation here and now; what was heard until now enters the transcript. */
export function finish(
  state: ConversationState,
  happening: Happening,
  end: { outcome: Outcome; hangUp: boolean },
): Step {
  const [silenced, commands] = silenceAgent(state, happening)
  const over: ConversationState = { ...silenced, ending: { phase: 'over' } }
  const told = report(turnTaking(silenced.overlaps, happening.nowMs))
  return [over, [...commands, ...lastWords(state), told, { type: 'finish', ...end }]]
}

/** Ends it for a reason that needs no explaining. */
export function hangUp(state: ConversationState, happening: Happening, reason: EndReason): Step {
  return finish(state, happening, { outcome: outcomeOf(state, happening, reason), hangUp: true })
}

/** The line repeats itself every 5 s while nothing arrives. */
const stalledForMs = 6_000

function outcomeOf(state: ConversationState, { nowMs }: Happening, reason: EndReason): Outcome {
  if (reason === 'provider_error')
    return {
      ...broken(reason, 'provider', 'The callee could not be understood any more'),
      answeredBy: answeredBy(state),
    }
  const outcome = talked(reason, answeredBy(state))
  const stalled = state.stalledMs !== null && nowMs - state.stalledMs <= stalledForMs
  if (reason !== 'silence' || !stalled) return outcome
  return { ...outcome, errorMessage: 'No audio arrived from the callee' }
}

/** A callee who hangs up in mid-sentence said the words before it, and pressed the keys. */
function lastWords({ callee, keypad }: ConversationState): readonly Command[] {
  const lines: Command[] = []
  if (callee.partial) {
    lines.push({ type: 'enter', line: { user: 'user', ...callee.partial, interrupted: false } })
  }
  if (keypad) {
    const { digits, startMs, endMs } = keypad
    lines.push({ type: 'enter', line: { user: 'dtmf', text: digits, startMs, endMs, interrupted: false } })
  }
  return lines
}
