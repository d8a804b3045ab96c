import type { NetworkStatus } from '@parley/contract/status'
import { countOf, fieldOf, parseJson, textOf } from '../json-fields.ts'
import type { Callback, CallEnded, CallNews, CallReport, IncomingReport } from '../vendor.ts'

/** hangup_cause of `call.hangup` (developers.telnyx.com, call hangup callback). */
const causes: Readonly<Record<string, { callStatus: NetworkStatus; meaning: string }>> = {
  normal_clearing: { callStatus: 'completed', meaning: 'The call is over' },
  time_limit: { callStatus: 'completed', meaning: 'The call reached the longest duration' },
  user_busy: { callStatus: 'busy', meaning: 'The line is busy' },
  timeout: { callStatus: 'no-answer', meaning: 'Nobody answered in time' },
  no_answer: { callStatus: 'no-answer', meaning: 'Nobody answered in time' },
  call_rejected: { callStatus: 'rejected', meaning: 'The callee declined the call' },
  originator_cancel: { callStatus: 'cancelled', meaning: 'The call was cancelled before it was answered' },
  not_found: { callStatus: 'failed', meaning: 'The number does not exist' },
}
const unknownCause = { callStatus: 'failed', meaning: 'The carrier could not place the call' } as const

export function readTelnyxReport(callback: Callback): CallReport | null {
  const { type, payload } = eventOf(callback)
  const id = textOf(payload, 'call_control_id')
  const news = newsOf(type, payload)
  return id === null || news === null ? null : { ids: { placed: id, live: id }, news }
}

function newsOf(type: string | null, payload: unknown): CallNews | null {
  switch (type) {
    case 'call.initiated':
      return { type: 'placed' }
    case 'call.answered':
      return { type: 'answered' }
    case 'call.hangup':
      return endOf(payload)
    default:
      return null
  }
}

function endOf(payload: unknown): CallEnded {
  const cause = causes[textOf(payload, 'hangup_cause') ?? ''] ?? unknownCause
  // Of an outbound call we are the caller.
  const source = textOf(payload, 'hangup_source')
  const by = source === 'callee' ? 'callee' : source === 'caller' ? 'us' : 'line'
  return { type: 'ended', ...cause, code: countOf(payload, 'sip_hangup_cause'), by }
}

/** A call to one of our numbers: announced while it rings, to be answered or rejected by a command. */
export function readTelnyxIncoming(callback: Callback): IncomingReport | null {
  const { type, payload } = eventOf(callback)
  const [id, from, to] = ['call_control_id', 'from', 'to'].map(name => textOf(payload, name))
  if (type !== 'call.initiated' || textOf(payload, 'direction') !== 'incoming') return null
  return id && from && to ? { ids: { placed: id, live: id }, from, to } : null
}

function eventOf({ body }: Callback): { type: string | null; payload: unknown } {
  const data = fieldOf(parseJson(body), 'data')
  return { type: textOf(data, 'event_type'), payload: fieldOf(data, 'payload') }
}
