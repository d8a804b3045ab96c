import type { Answerer } from '@parley/contract/status'
import type { ConversationState } from '../state.ts'

/** Whoever is on the line, as the outcome tells it: without a sound of theirs nobody knows. */
export function answeredBy({ answer: { verdict, sound }, callee }: ConversationState): Answerer {
  return verdict ?? (callee.speechFromMs === null && sound.stretchFromMs === null ? 'unknown' : 'human')
}
