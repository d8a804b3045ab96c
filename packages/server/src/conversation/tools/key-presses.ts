import { isAudible } from '../agent.ts'
import { ask } from '../ask.ts'
import { type Asker, askIdOf, tellAsker } from '../asker.ts'
import type { Command, Happening } from '../happening.ts'
import { keysWerePressed } from '../hints.ts'
import type { ConversationState, Part, Step } from '../state.ts'
import { chain } from '../step.ts'
import { readSendDtmf } from './send-dtmf.ts'
import { type ReadToolCall, refuseTool, type ToolResult } from './tool-answer.ts'
import { countCall } from './tool-use.ts'

/** Keys wait until what the agent says with them was heard, so that no tone cuts its words. */
export interface KeyPress {
  readonly asker: Asker
  readonly digits: string
  readonly phase: 'waiting' | 'pressing'
}

/** Takes the keys that the model wants pressed, when they can be. */
export function takeKeys(state: ConversationState, call: ReadToolCall, happening: Happening): Step {
  const refuse = (fault: string) => refuseTool(state, call, { fault, happening })
  if (!state.terms.keypad.send) return refuse('Pressing keys is not allowed on this call')
  if (state.pressing) return refuse('Other keys are still being pressed; wait for them')
  const wanted = readSendDtmf(call.parsed)
  if ('fault' in wanted) return refuse(wanted.fault)
  const [tools, forbidden] = countCall(state.tools, call, state.terms.settings.toolBudget)
  if (forbidden !== null) return refuse(forbidden)
  const { toolCallId, name } = call
  const asker: Asker = { by: 'model', call: { toolCallId, name } }
  const pressing: KeyPress = { asker, digits: wanted.digits, phase: 'waiting' }
  return [{ ...state, tools, pressing }, []]
}

/** Presses keys when the agent is silent. What comes next is the other side's to say, unless it failed. */
export const keyPresses: Part = (state, { event, nowMs }) => {
  const { pressing } = state
  if (!pressing) return null
  if (event.type === 'tick' && pressing.phase === 'waiting' && !isAudible(state.agent)) {
    const { asker, digits } = pressing
    return [
      { ...state, pressing: { ...pressing, phase: 'pressing' } },
      [{ type: 'press_keys', askId: askIdOf(asker), digits }],
    ]
  }
  if (event.type !== 'keys_pressed' || event.askId !== askIdOf(pressing.asker)) return null
  const result = event.fault === null ? ({ ok: true } as const) : { error: event.fault }
  const told: Step = [{ ...state, pressing: null }, tellPressed(pressing.asker, result, nowMs)]
  const goesOn =
    event.fault !== null &&
    pressing.asker.by === 'model' &&
    state.ending.phase === 'open' &&
    !state.callee.speaking
  return goesOn ? chain(told, next => ask(next, { purpose: 'answer' }, nowMs)) : told
}

/** A model whose line other people press keys on would wonder what it hears. */
function tellPressed(asker: Asker, result: ToolResult, nowMs: number): readonly Command[] {
  const told = tellAsker(asker, result, nowMs)
  return asker.by === 'model' || 'error' in result
    ? told
    : [...told, { type: 'instruct', text: keysWerePressed }]
}
