import { guidance } from '../../domain/guidance.ts'
import { replyOf } from '../agent.ts'
import { ask } from '../ask.ts'
import type { Ending, EndingPlan } from '../ending.ts'
import type { Command, Happening } from '../happening.ts'
import type { ConversationState, Part, Step } from '../state.ts'
import { chain, report } from '../step.ts'
import { endCallDefinition, readEndCall } from './end-call.ts'
import { takeKeys } from './key-presses.ts'
import { sendDtmfDefinition } from './send-dtmf.ts'
import { outsideTool, takeOutside } from './outside.ts'
import { switchLanguageName, takeLanguage } from './switch-language.ts'
import { takeTransfer } from './transfer.ts'
import { transferCallName } from './transfer-call.ts'
import { answerTool, type ReadToolCall, refuseTool, type ToolCallEvent } from './tool-answer.ts'
import { parseArguments } from './tool-use.ts'

type Performer = (state: ConversationState, call: ReadToolCall, happening: Happening) => Step

const performers: ReadonlyMap<string, Performer> = new Map([
  [endCallDefinition.name, endCall],
  [sendDtmfDefinition.name, takeKeys],
  [transferCallName, takeTransfer],
  [switchLanguageName, takeLanguage],
])

/** Carries out what the model wants done; whatever is wrong with a call is told to the model. */
export const toolCalls: Part = (state, happening) => {
  const { event, nowMs } = happening
  if (event.type !== 'tool_call') return null
  const parsed = parseArguments(event.arguments)
  const called: Step = [
    state,
    [
      report({
        type: 'tool_call',
        tool_call_id: event.toolCallId,
        name: event.name,
        arguments: typeof parsed === 'string' ? event.arguments : parsed,
        at_ms: nowMs,
      }),
      toolLine(event, nowMs),
    ],
  ]
  return chain(called, next => perform(next, { call: event, parsed }, happening))
}

function perform(
  state: ConversationState,
  { call, parsed }: { call: ToolCallEvent; parsed: ReadToolCall['parsed'] | string },
  happening: Happening,
): Step {
  const tool = outsideTool(state, call.name)
  if (!replyOf(state.agent, call.replyId) && tool?.afterwards !== 'opt_out')
    return [state, answerTool(call, interrupted, happening.nowMs)]
  if (typeof parsed === 'string') return unreadable(state, { call, fault: parsed }, happening)
  const read = { ...state, unreadable: 0 }
  const performer = performers.get(call.name)
  if (performer) return performer(read, { ...call, parsed }, happening)
  if (tool) return takeOutside(read, { call: { ...call, parsed }, tool }, happening)
  return refuseTool(state, call, { fault: `There is no tool named ${call.name}`, happening })
}

/** The model may mend its arguments once; then the callee is told that it does not work. */
function unreadable(
  state: ConversationState,
  { call, fault }: { call: ToolCallEvent; fault: string },
  happening: Happening,
): Step {
  const counted = { ...state, unreadable: state.unreadable + 1 }
  if (counted.unreadable < 2 || state.ending.phase !== 'open')
    return refuseTool(counted, call, { fault, happening })
  const told: Step = [{ ...counted, unreadable: 0 }, answerTool(call, { error: fault }, happening.nowMs)]
  const request = { purpose: 'answer', guidance: guidance.toolFailed } as const
  return chain(told, next => ask(next, request, happening.nowMs))
}

const interrupted = { error: 'The callee spoke before this could be done; it was not done' }

/** Ending is always allowed; the reply that decided it may already be the goodbye. */
function endCall(state: ConversationState, call: ReadToolCall, happening: Happening): Step {
  const wanted = readEndCall(call.parsed)
  if (typeof wanted === 'string') return refuseTool(state, call, { fault: wanted, happening })
  const { nowMs } = happening
  const done = answerTool(call, { ok: true }, nowMs)
  if (state.ending.phase !== 'open') return [state, done]
  const plan: EndingPlan = {
    reason: 'agent_ended',
    cancellable: true,
    beganMs: nowMs,
    heardFromMs: replyOf(state.agent, call.replyId)?.askedMs ?? nowMs,
    farewell: {
      purpose: 'farewell',
      ...(wanted.farewell === null ? { guidance: guidance.farewell } : { say: wanted.farewell }),
    },
  }
  const ending: Ending = { phase: 'deciding', plan, replyId: call.replyId }
  const agent = { ...state.agent, wanted: null }
  return [{ ...state, agent, ending }, [...done, report({ type: 'farewell', at_ms: nowMs })]]
}

function toolLine({ name, arguments: json }: ToolCallEvent, nowMs: number): Command {
  const text = `${name} ${json}`.trim()
  return { type: 'enter', line: { user: 'tool', text, startMs: nowMs, endMs: nowMs, interrupted: false } }
}
