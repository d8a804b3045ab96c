import type { CallEventBody } from '@parley/contract/events'
import type { Command } from './happening.ts'
import type { ConversationState, Step } from './state.ts'

/** Carries one step on into further ones; their commands follow each other. */
export function chain(first: Step, ...rest: readonly ((state: ConversationState) => Step)[]): Step {
  let [state, commands] = first
  for (const next of rest) {
    const [after, more] = next(state)
    state = after
    if (more.length > 0) commands = commands.length > 0 ? [...commands, ...more] : more
  }
  return [state, commands]
}

export function report(event: CallEventBody): Command {
  return { type: 'report', event }
}
