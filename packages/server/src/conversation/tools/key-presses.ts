import { isAudible } from '../agent.ts'
import { ask } from '../ask.ts'
import type { Happening } from '../happening.ts'
import type { ConversationState, Part, Step } from '../state.ts'
import { chain } from '../step.ts'
import { readSendDtmf } from './send-dtmf.ts'
import { answerTool, type ReadToolCall, refuseTool, type ToolCallName } from './tool-answer.ts'
import { countCall } from './tool-use.ts'

/** Keys wait until what the agent says with them was heard, so that no tone cuts its words. */
export interface KeyPress {
  readonly call: ToolCallName
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
  const pressing: KeyPress = { call: { toolCallId, name }, digits: wanted.digits, phase: 'waiting' }
  return [{ ...state, tools, pressing }, []]
}

/** Presses keys when the agent is silent. What comes next is the other side's to say, unless it failed. */
export const keyPresses: Part = (state, { event, nowMs }) => {
  const { pressing } = state
  if (!pressing) return null
  if (event.type === 'tick' && pressing.phase === 'waiting' && !isAudible(state.agent)) {
    const { call, digits } = pressing
    return [
      { ...state, pressing: { ...pressing, phase: 'pressing' } },
      [{ type: 'press_keys', toolCallId: call.toolCallId, digits }],
    ]
  }
  if (event.type !== 'keys_pressed' || event.toolCallId !== pressing.call.toolCallId) return null
  const result = event.fault === null ? ({ ok: true } as const) : { error: event.fault }
  const told: Step = [{ ...state, pressing: null }, answerTool(pressing.call, result, nowMs)]
  const goesOn = event.fault !== null && state.ending.phase === 'open' && !state.callee.speaking
  return goesOn ? chain(told, next => ask(next, { purpose: 'answer' }, nowMs)) : told
}
