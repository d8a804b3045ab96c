import type { Answerer } from '@parley/contract/status'
import type { AnswerState } from '../answer.ts'
import type { Happening } from '../happening.ts'
import type { ConversationState, Step } from '../state.ts'
import { report } from '../step.ts'

/** Notes who it is, and tells it once. */
export function found(state: ConversationState, verdict: Answerer, { nowMs }: Happening): Step {
  if (state.answer.verdict === verdict) return [state, []]
  const [known] = withAnswer(state, { verdict })
  return [known, [report({ type: 'answered_by', answered_by: verdict, at_ms: nowMs })]]
}

export function withAnswer(state: ConversationState, change: Partial<AnswerState>): Step {
  return [{ ...state, answer: { ...state.answer, ...change } }, []]
}
