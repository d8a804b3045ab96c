import { broken, talked } from '../domain/outcome.ts'
import { answeredBy } from './answering/answered-by.ts'
import { bidFarewell, finish, hangUp } from './ending.ts'
import { guidance } from '../domain/guidance.ts'
import type { ConversationEvent, Happening } from './happening.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { isConnecting } from './tools/transfer.ts'

/** What ends a conversation from outside: the line, the customer, the process. */
export const interventions: Part = (state, happening) => {
  const { event } = happening
  switch (event.type) {
    case 'hung_up':
      return hungUp(state, event, happening)
    case 'stop':
      return event.how === 'now' || isConnecting(state)
        ? hangUp(state, happening, 'stopped')
        : stopPolitely(state, happening)
    case 'abandoned':
      return finish(state, happening, {
        outcome: broken('node_lost', 'ours', 'The worker had to stop during the call'),
        hangUp: true,
      })
    default:
      return null
  }
}

type HungUp = Extract<ConversationEvent, { type: 'hung_up' }>

function hungUp(state: ConversationState, { by, detail }: HungUp, happening: Happening): Step {
  const outcome =
    by === 'callee' ? talked('callee_hung_up', answeredBy(state)) : broken('carrier_error', 'carrier', detail)
  return finish(state, happening, { outcome, hangUp: false })
}

function stopPolitely(state: ConversationState, happening: Happening): Step {
  return bidFarewell(state, happening, {
    reason: 'stopped',
    cancellable: false,
    beganMs: happening.nowMs,
    heardFromMs: happening.nowMs,
    farewell: { purpose: 'farewell', guidance: guidance.stopped },
  })
}
