import type { ModelMessage } from 'ai'
import { parseObject } from '../../../json-object.ts'
import type { BrainMessage, BrainRequest } from '../../port.ts'

/** Many servers take a system message only in first place, so everything of that kind goes there. */
export function instructionsOf({ prompt, messages, guidance }: BrainRequest): string {
  const later = messages.flatMap(message => (message.role === 'system' ? [message.text] : []))
  return [prompt, ...later, guidance ?? ''].filter(text => text.trim() !== '').join('\n\n')
}

/** A model wants to be spoken to first. */
const ANSWERED: ModelMessage = { role: 'user', content: '(The phone has just been answered.)' }

/**
 * The conversation as chat servers demand it: each tool call directly followed by its result, wherever the
 * result stood, and by a stopgap while there is none.
 */
export function chatMessages(messages: readonly BrainMessage[]): ModelMessage[] {
  const results = new Map(
    messages.flatMap(message =>
      message.role === 'tool_result' ? [[message.toolCallId, message.result] as const] : [],
    ),
  )
  const spoken = messages.flatMap(message => chatMessage(message, results))
  return spoken.length === 0 ? [ANSWERED] : spoken
}

function chatMessage(message: BrainMessage, results: ReadonlyMap<string, string>): ModelMessage[] {
  switch (message.role) {
    case 'user':
    case 'assistant':
      return [{ role: message.role, content: message.text }]
    case 'tool_call': {
      const { toolCallId, name: toolName } = message
      const value = results.get(toolCallId) ?? '{"pending":true}'
      const input = parseObject(message.arguments) ?? {}
      return [
        { role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName, input }] },
        {
          role: 'tool',
          content: [{ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } }],
        },
      ]
    }
    case 'system':
    case 'tool_result':
      return []
  }
}
