import { has, isAudible, replyOf, update } from './agent.ts'
import { ask } from './ask.ts'
import { silenceAgent } from './silence-agent.ts'
import { isCourtesy, saysGoodbye } from './courtesy.ts'
import { type Ending, type EndingPlan, hangUp } from './ending.ts'
import { guidance } from '../domain/guidance.ts'
import type { Happening } from './happening.ts'
import { wholeText } from './heard-text.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain } from './step.ts'

/**
 * From the decision to end until the line is hung up: a farewell that fits the talk, heard to its last
 * sample, then a short moment. The callee's words, not their sounds, can cancel it; nothing else begins.
 */
export const endings: Part = (state, happening) => {
  const { ending } = state
  if (ending.phase === 'open' || ending.phase === 'over') return null
  const cancelled = cancel(state, ending.plan, happening)
  if (cancelled) return cancelled
  if (happening.nowMs - ending.plan.beganMs >= (ending.plan.limitMs ?? state.terms.settings.endingLimitMs))
    return hangUp(state, happening, ending.plan.reason)
  switch (ending.phase) {
    case 'deciding':
      return decide(state, ending, happening)
    case 'farewell':
      return awaitFarewell(state, ending, happening)
    case 'lingering':
      return linger(state, ending, happening)
  }
}

function cancel(state: ConversationState, plan: EndingPlan, happening: Happening): Step | null {
  const { event, nowMs } = happening
  if (!plan.cancellable || event.type !== 'heard' || !event.final) return null
  if (event.startMs < plan.heardFromMs || event.text.trim() === '' || isCourtesy(event.text)) return null
  return chain(silenceAgent(state, happening), next =>
    ask(
      { ...next, ending: { phase: 'open' } },
      { purpose: 'answer', guidance: guidance.backFromFarewell },
      nowMs,
    ),
  )
}

/** Once the deciding reply is made it is known whether it said goodbye; if not, a farewell is asked for. */
function decide(
  state: ConversationState,
  { plan, replyId }: Extract<Ending, { phase: 'deciding' }>,
  { nowMs }: Happening,
): Step | null {
  const reply = replyOf(state.agent, replyId)
  if (reply?.making) return isOverdue(state, plan, nowMs) ? askFarewell(state, plan, nowMs) : null
  if (!reply || !saysGoodbye(wholeText(reply.pieces))) return askFarewell(state, plan, nowMs)
  const farewell = update(state, replyId, said => ({ ...said, purpose: 'farewell' }))
  return farewell ? [{ ...farewell[0], ending: { phase: 'farewell', plan } }, farewell[1]] : null
}

function askFarewell(state: ConversationState, plan: EndingPlan, nowMs: number): Step {
  return ask({ ...state, ending: { phase: 'farewell', plan } }, plan.farewell, nowMs)
}

function awaitFarewell(
  state: ConversationState,
  { plan }: Extract<Ending, { phase: 'farewell' }>,
  happening: Happening,
): Step | null {
  const { agent } = state
  if (!has(agent, 'farewell') && agent.replies.length === 0)
    return [{ ...state, ending: { phase: 'lingering', plan, playedMs: happening.nowMs } }, []]
  const missing = !agent.replies.some(reply => reply.purpose === 'farewell' && reply.writtenMs > 0)
  const silent = happening.queuedMs === 0 && missing
  return silent && isOverdue(state, plan, happening.nowMs) ? hangUp(state, happening, plan.reason) : null
}

function isOverdue({ terms, agent }: ConversationState, plan: EndingPlan, nowMs: number): boolean {
  const fromMs = isAudible(agent) ? nowMs : Math.max(plan.beganMs, agent.lastSoundMs)
  return nowMs - fromMs >= terms.settings.farewellPatienceMs
}

function linger(
  state: ConversationState,
  { plan, playedMs }: Extract<Ending, { phase: 'lingering' }>,
  happening: Happening,
): Step | null {
  const { callee, terms } = state
  const { nowMs } = happening
  if (nowMs < playedMs + terms.settings.lingerMs) return null
  const spokeOver = callee.speechFromMs !== null && callee.speechFromMs >= plan.heardFromMs
  const lastWords = plan.cancellable && spokeOver && (callee.speaking || callee.awaitingWords)
  if (lastWords && nowMs < playedMs + terms.settings.lastWordsMs) return null
  return hangUp(state, happening, plan.reason)
}
