import type { OutsideCall, OutsideTool } from '../../conversation/tools/outside.ts'
import type { ToolResult } from '../../conversation/tools/tool-answer.ts'
import type { CallId } from '../../domain/ids.ts'

/** A tool of one call, and how it is called. */
export interface CalledTool extends Omit<OutsideTool, 'faultIn'> {
  /** The platform's. */
  readonly isOwn?: true
  /** Rejects only for a defect. */
  call(call: OutsideCall, signal: AbortSignal): Promise<ToolResult>
}

/** What every tool may tell of the call it belongs to. */
export interface ToolContext {
  readonly callId: CallId
  readonly metadata: () => Promise<Readonly<Record<string, unknown>> | null>
}
