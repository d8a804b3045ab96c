import type { ControlAction } from '@parley/contract/events'
import type { ControlId } from '../domain/ids.ts'
import type { Command } from './happening.ts'
import { report } from './step.ts'
import { answerTool, type ToolCallName, type ToolResult } from './tools/tool-answer.ts'

/** Who wanted something that takes time: the model, by a tool, or a customer, by the API. */
export type Asker =
  | { readonly by: 'model'; readonly call: ToolCallName }
  | { readonly by: 'customer'; readonly id: ControlId; readonly action: ControlAction }

/** Tells what belongs together among commands and what comes of them. */
export function askIdOf(asker: Asker): string {
  return asker.by === 'model' ? asker.call.toolCallId : asker.id
}

/** Tells whoever wanted it, and the events, what came of it. */
export function tellAsker(asker: Asker, result: ToolResult, nowMs: number): readonly Command[] {
  if (asker.by === 'model') return answerTool(asker.call, result, nowMs)
  const { id, action } = asker
  const detail = 'error' in result ? result.error : null
  return [
    report({ type: 'control_result', control_id: id, action, ok: detail === null, detail, at_ms: nowMs }),
  ]
}
