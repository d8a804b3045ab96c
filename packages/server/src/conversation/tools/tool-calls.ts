import type { VoiceEvent } from '../../speech/port.ts'
import { broken } from '../../domain/outcome.ts'
import { replyOf } from '../agent.ts'
import { ask } from '../ask.ts'
import { type Ending, type EndingPlan, finish } from '../ending.ts'
import { guidance } from '../../domain/guidance.ts'
import type { Command, Happening } from '../happening.ts'
import type { ConversationState, Part, Step } from '../state.ts'
import { chain, report } from '../step.ts'
import { endCallDefinition, readEndCall } from './end-call.ts'
import { countCall, parseArguments } from './tool-use.ts'

type ToolCallEvent = Extract<VoiceEvent, { type: 'tool_call' }>

/** A model that ignores so many refusals does not come back. */
const ignoredRefusals = 10

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
  return chain(called, next => perform(next, { ...event, parsed }, happening))
}

function perform(
  state: ConversationState,
  call: ToolCallEvent & { parsed: Readonly<Record<string, unknown>> | string },
  happening: Happening,
): Step {
  const { nowMs } = happening
  if (!replyOf(state.agent, call.replyId)) return [state, answer(call, interrupted, nowMs)]
  if (call.name === endCallDefinition.name) {
    const wanted = typeof call.parsed === 'string' ? call.parsed : readEndCall(call.parsed)
    return typeof wanted === 'string'
      ? refuse(state, call, { fault: wanted, happening })
      : endCall(state, call, { farewell: wanted.farewell, nowMs })
  }
  const fault = typeof call.parsed === 'string' ? call.parsed : `There is no tool named ${call.name}`
  return refuse(state, call, { fault, happening })
}

const interrupted = { error: 'The callee spoke before this could be done; it was not done' }

/** Ending is always allowed; the reply that decided it may already be the goodbye. */
function endCall(
  state: ConversationState,
  call: ToolCallEvent,
  { farewell, nowMs }: { farewell: string | null; nowMs: number },
): Step {
  const done = answer(call, { ok: true }, nowMs)
  if (state.ending.phase !== 'open') return [state, done]
  const plan: EndingPlan = {
    reason: 'agent_ended',
    cancellable: true,
    beganMs: nowMs,
    heardFromMs: replyOf(state.agent, call.replyId)?.askedMs ?? nowMs,
    farewell: {
      purpose: 'farewell',
      ...(farewell === null ? { guidance: guidance.farewell } : { say: farewell }),
    },
  }
  const ending: Ending = { phase: 'deciding', plan, replyId: call.replyId }
  const agent = { ...state.agent, wanted: null }
  return [{ ...state, agent, ending }, [...done, report({ type: 'farewell', at_ms: nowMs })]]
}

function refuse(
  state: ConversationState,
  call: ToolCallEvent,
  { fault, happening }: { fault: string; happening: Happening },
): Step {
  const budget = state.terms.settings.toolBudget
  const [tools, forbidden] = countCall(state.tools, call, budget)
  const commands = answer(call, { error: forbidden ?? fault }, happening.nowMs)
  if (tools.calls > budget + ignoredRefusals)
    return chain([{ ...state, tools }, commands], next =>
      finish(next, happening, {
        outcome: broken('provider_error', 'provider', 'The model did nothing but call tools'),
        hangUp: true,
      }),
    )
  if (state.ending.phase !== 'open') return [{ ...state, tools }, commands]
  return chain([{ ...state, tools }, commands], next => ask(next, { purpose: 'answer' }, happening.nowMs))
}

function answer(
  call: ToolCallEvent,
  result: { ok: true } | { error: string },
  nowMs: number,
): readonly Command[] {
  const { toolCallId, name } = call
  return [
    { type: 'answer_tool', toolCallId, result },
    report({ type: 'tool_result', tool_call_id: toolCallId, name, ok: 'ok' in result, result, at_ms: nowMs }),
  ]
}

function toolLine({ name, arguments: json }: ToolCallEvent, nowMs: number): Command {
  const text = `${name} ${json}`.trim()
  return { type: 'enter', line: { user: 'tool', text, startMs: nowMs, endMs: nowMs, interrupted: false } }
}
