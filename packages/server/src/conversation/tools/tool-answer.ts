import { broken } from '../../domain/outcome.ts'
import type { VoiceEvent } from '../../speech/port.ts'
import { ask } from '../ask.ts'
import { finish } from '../ending.ts'
import type { Command, Happening } from '../happening.ts'
import type { ConversationState, Step } from '../state.ts'
import { chain, report } from '../step.ts'
import { countCall } from './tool-use.ts'

export type ToolCallEvent = Extract<VoiceEvent, { type: 'tool_call' }>

/** What names a call towards the model and in the events. */
export type ToolCallName = Pick<ToolCallEvent, 'toolCallId' | 'name'>

/** A call whose arguments are an object. */
export type ReadToolCall = ToolCallEvent & { readonly parsed: Readonly<Record<string, unknown>> }

export type ToolResult = { readonly ok: true; readonly result?: unknown } | { readonly error: string }

/** A model that ignores so many refusals does not come back. */
const ignoredRefusals = 10

/** Tells the model, and the events, what came of its call. */
export function answerTool(
  { toolCallId, name }: ToolCallName,
  result: ToolResult,
  nowMs: number,
): readonly Command[] {
  return [
    { type: 'answer_tool', toolCallId, result },
    report({ type: 'tool_result', tool_call_id: toolCallId, name, ok: 'ok' in result, result, at_ms: nowMs }),
  ]
}

/** Tells the model what is wrong with its call and lets it go on; one that does nothing else is given up. */
export function refuseTool(
  state: ConversationState,
  call: ToolCallEvent,
  { fault, happening }: { fault: string; happening: Happening },
): Step {
  const budget = state.terms.settings.toolBudget
  const [tools, forbidden] = countCall(state.tools, call, budget)
  const commands = answerTool(call, { error: forbidden ?? fault }, happening.nowMs)
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
