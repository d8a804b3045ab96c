import type { CallEventBody } from '@parley/contract/events'
import { redact, redactValue } from '../domain/redaction.ts'

/** An event as it is stored of a call whose personal data is not to be kept; the talk itself went on with all of it. */
export function redactEvent(event: CallEventBody): CallEventBody {
  switch (event.type) {
    case 'partial_transcript':
      return { ...event, text: redact(event.text) }
    case 'transcript': {
      const { entry } = event
      return {
        ...event,
        entry: { ...entry, text: entry.user === 'dtmf' ? masked(entry.text) : redact(entry.text) },
      }
    }
    case 'digit':
      return { ...event, digit: masked(event.digit) }
    case 'control':
      return { ...event, detail: event.action === 'dtmf' ? masked(event.detail) : redact(event.detail) }
    case 'tool_call':
      return { ...event, arguments: redactValue(event.arguments) }
    case 'tool_result':
      return { ...event, result: redactValue(event.result) }
    default:
      return event
  }
}

/** Keys may be a card or a PIN, and nobody can tell from one of them. */
function masked(keys: string): string {
  return '•'.repeat(keys.length)
}
