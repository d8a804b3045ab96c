import type { CallPlan } from '../domain/call-plan.ts'
import { ask } from './ask.ts'
import { guidance } from '../domain/guidance.ts'
import type { Part } from './state.ts'

/** How the agent opens: with given words, said while the phone rings, or with its own at answer. */
export type Opening = { kind: 'say'; text: string } | { kind: 'respond'; guidance: string }

export function openingOf({ firstSentence }: Pick<CallPlan, 'firstSentence'>): Opening {
  if (firstSentence !== null) return { kind: 'say', text: firstSentence }
  return { kind: 'respond', guidance: guidance.opening }
}

/** Asks for the opening words when nobody has given them; a first sentence is already on its way. */
export const opening: Part = (state, { event, nowMs }) => {
  if (event.type !== 'began') return null
  const first = openingOf(state.terms)
  if (first.kind === 'say') return null
  return ask(state, { purpose: 'opening', guidance: first.guidance }, nowMs)
}
