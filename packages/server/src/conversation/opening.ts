import { guidance } from '../domain/guidance.ts'
import { has, type Request, withAgent } from './agent.ts'
import { ask } from './ask.ts'
import type { ConversationState, Part, Terms } from './state.ts'

/** How the agent opens: with given words, or with its own. */
export function openingOf({ firstSentence }: Pick<Terms, 'firstSentence'>): Request {
  if (firstSentence !== null) return { purpose: 'opening', say: firstSentence }
  return { purpose: 'opening', guidance: guidance.opening }
}

/** Asks for the opening words where they are not on their way already, once the disclosure has been made. */
export const opening: Part = (state, { nowMs }) => {
  if (!state.agent.openingDue || state.ending.phase !== 'open' || isDisclosing(state)) return null
  return ask(withAgent(state, { openingDue: false }), openingOf(state.terms), nowMs)
}

function isDisclosing({ agent }: ConversationState): boolean {
  return (
    agent.wanted?.purpose === 'disclosure' ||
    agent.replies.some(reply => reply.purpose === 'disclosure' && reply.making)
  )
}

/** The agent has yet to say what it must say first, or is saying it. */
export function isOpening({ agent }: ConversationState): boolean {
  return agent.openingDue || has(agent, 'disclosure') || has(agent, 'opening')
}
