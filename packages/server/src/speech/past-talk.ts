import type { TalkMessage } from './port.ts'

/** What was said before, as one text, for a model that takes it no other way. Empty where nothing was. */
export function pastAsText(past: readonly TalkMessage[]): string {
  if (past.length === 0) return ''
  const lines = past.map(lineOf)
  return `The call has been going on for a while. So far:\n${lines.join('\n')}\nGo on from here; do not greet again.`
}

/** What a model is told of a tool that it used before: the call itself belongs to a session that is gone. */
export function toolNote(message: Extract<TalkMessage, { toolCallId: string }>): string {
  return message.role === 'tool_call'
    ? `You used the tool ${message.name} with ${message.arguments}.`
    : `The tool ${message.name} answered: ${message.result}`
}

function lineOf(message: TalkMessage): string {
  switch (message.role) {
    case 'user':
      return `Callee: ${JSON.stringify(message.text)}`
    case 'assistant':
      return `You: ${JSON.stringify(message.text)}`
    case 'system':
      return `(Note: ${message.text})`
    case 'tool_call':
    case 'tool_result':
      return `(${toolNote(message)})`
  }
}
