import type { ToolDefinition } from '../../speech/port.ts'
import { endCallDefinition } from './end-call.ts'

/** What the agent can do besides talking. */
export const conversationTools: readonly ToolDefinition[] = [endCallDefinition]
