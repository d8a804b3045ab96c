import { controlDetail, type Control, type ControlWish } from '../domain/control.ts'
import { hasMachine } from './answering/machine.ts'
import { ask } from './ask.ts'
import type { Asker } from './asker.ts'
import type { Happening } from './happening.ts'
import { whispered } from './hints.ts'
import { stopTalking } from './silence-agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { chain, report } from './step.ts'
import { isConnecting, takeOrder } from './tools/transfer.ts'

/** A line that waits for the agent's present words, and for an answer that the callee is owed. */
export interface WantedLine {
  readonly text: string
  readonly sinceMs: number
}

const mostLines = 10
/** An answer that is owed is not waited for any longer: whoever sent a line listens for it. */
const patienceMs = 4_000

/** Customers steer the call: taken at once or refused with a reason, and carried out when the talk allows it. */
export const controls: Part = (state, happening) => {
  const { event } = happening
  if (event.type !== 'control') return sayNext(state, happening)
  const { id, wish } = event.control
  const fault = faultOf(state, wish)
  if (fault !== null) return [state, [{ type: 'settle_control', id, fault }]]
  const { nowMs: at_ms } = happening
  const told = report({
    type: 'control',
    control_id: id,
    action: wish.type,
    detail: controlDetail(wish),
    at_ms,
  })
  const taken: Step = [state, [{ type: 'settle_control', id, fault: null }, told]]
  return chain(taken, next => take(next, event.control, happening))
}

/** Why the wish can not be taken now; null: it can. */
function faultOf(state: ConversationState, { type }: ControlWish): string | null {
  if (state.ending.phase !== 'open') return 'The call is ending'
  if (state.failing) return 'The agent has lost its voice, and the call is ending'
  if (isConnecting(state)) return 'The callee is being connected to somebody else'
  if (type === 'instruct') return null
  if (hasMachine(state)) return 'A machine has the line, which the agent does not talk with'
  if (type === 'say' && state.wantedLines.length >= mostLines) return 'Too many lines wait to be spoken'
  if (type === 'dtmf' && state.pressing) return 'Other keys are still being pressed'
  if (type !== 'dtmf' && state.transfer) return 'A transfer is under way'
  return null
}

function take(state: ConversationState, { id, wish }: Control, happening: Happening): Step {
  const asker: Asker = { by: 'customer', id, action: wish.type }
  switch (wish.type) {
    case 'say':
      return wish.interrupt ? sayNow(state, wish.text, happening) : queueLine(state, wish.text, happening)
    case 'instruct':
      return [state, [{ type: 'instruct', text: whispered(wish.text) }]]
    case 'transfer':
      return takeOrder(state, { asker, wish: { to: wish.to, summary: wish.summary } }, happening)
    case 'dtmf':
      return [{ ...state, pressing: { asker, digits: wish.digits, phase: 'waiting' } }, []]
  }
}

function sayNow(state: ConversationState, text: string, happening: Happening): Step {
  const cut = stopTalking(state, happening)
  return chain(cut, next => ask(next, { purpose: 'answer', say: text }, happening.nowMs))
}

function queueLine(state: ConversationState, text: string, happening: Happening): Step {
  const wantedLines = [...state.wantedLines, { text, sinceMs: happening.nowMs }]
  const queued: Step = [{ ...state, wantedLines }, []]
  return chain(queued, next => sayNext(next, happening) ?? [next, []])
}

function sayNext(state: ConversationState, { nowMs }: Happening): Step | null {
  const [line, ...rest] = state.wantedLines
  if (!line || !hasFloor(state)) return null
  if (isOwedAnswer(state) && nowMs - line.sinceMs < patienceMs) return null
  return ask({ ...state, wantedLines: rest }, { purpose: 'answer', say: line.text }, nowMs)
}

/** Nobody speaks but the agent, all of whose words are made. */
function hasFloor(state: ConversationState): boolean {
  const { agent, callee, ending, failing, transfer, held } = state
  if (ending.phase !== 'open' || failing || transfer || held || hasMachine(state)) return false
  if (callee.speaking || agent.held || agent.wanted || agent.openingDue) return false
  return agent.replies.every(reply => !reply.making)
}

function isOwedAnswer({ callee }: ConversationState): boolean {
  return callee.unanswered !== null || callee.spokeMs !== null || callee.awaitingWords
}
