import { endMark, replyOf } from './agent.ts'
import { ask } from './ask.ts'
import { wholeText } from './heard-text.ts'
import { admitsMachine, asksWhetherHuman, confession } from './honesty-words.ts'
import type { ConversationState, Part, Step } from './state.ts'

/**
 * Whoever asks whether they talk to a machine is told the truth, whatever the instructions say. The model is
 * asked to tell it; where its answer does not, the platform adds it in its own words, until it was heard.
 */
export interface Honesty {
  /** End of the callee's question that has not been answered truthfully yet. */
  readonly owedFromMs: number | null
  /** When the latest reply that told the truth was asked for. */
  readonly admittedMs: number
}

export const nothingOwed: Honesty = { owedFromMs: null, admittedMs: -1 }

/** Stands before the part that forgets a reply when it was played, and asks for the next when one was made. */
export const honesty: Part = (state, { event, nowMs }) => {
  switch (event.type) {
    case 'heard':
      return event.final && asksWhetherHuman(event.text) ? owe(state, event.endMs, nowMs) : null
    case 'mark':
      return event.cleared ? null : played(state, event.name)
    case 'reply_done':
      return event.result === 'complete' ? made(state, event.replyId, nowMs) : null
    default:
      return null
  }
}

function owe(state: ConversationState, askedMs: number, nowMs: number): Step | null {
  if (state.honesty.admittedMs >= askedMs) return null
  const [owing] = withHonesty(state, { owedFromMs: askedMs })
  return isAnsweredWithout(owing, askedMs) ? confess(owing, nowMs) : [owing, []]
}

/** A voice that takes turns may have answered before its transcriber wrote the question down. */
function isAnsweredWithout({ agent, terms }: ConversationState, askedMs: number): boolean {
  if (!terms.takesTurns || agent.lastAskedMs < askedMs) return false
  const answer = agent.replies.find(reply => reply.askedMs >= askedMs)
  return answer === undefined || (!answer.making && !admitsMachine(wholeText(answer.pieces)))
}

function played(state: ConversationState, mark: string): Step | null {
  const reply = state.agent.replies.find(one => endMark(one.id) === mark)
  if (!reply || reply.cutShort || !admitsMachine(wholeText(reply.pieces))) return null
  return withHonesty(state, { owedFromMs: null, admittedMs: reply.askedMs })
}

/** The truth follows right behind an answer that withholds it, before anybody believes that one. */
function made(state: ConversationState, replyId: string, nowMs: number): Step | null {
  const { owedFromMs } = state.honesty
  const reply = replyOf(state.agent, replyId)
  if (owedFromMs === null || reply?.purpose !== 'answer' || reply.askedMs < owedFromMs) return null
  return admitsMachine(wholeText(reply.pieces)) ? null : confess(state, nowMs)
}

function confess(state: ConversationState, nowMs: number): Step {
  if (state.ending.phase !== 'open' || state.agent.wanted) return [state, []]
  return ask(state, { purpose: 'answer', say: confession(state.terms.language) }, nowMs)
}

function withHonesty(state: ConversationState, change: Partial<Honesty>): Step {
  return [{ ...state, honesty: { ...state.honesty, ...change } }, []]
}
