import type { NetworkStatus } from '@parley/contract/status'
import type { Callback, CallNews, CallReport, IncomingReport } from '../vendor.ts'

/** How a call can end, as CallStatus names it (twilio.com/docs/voice/api/call-resource#call-status-values). */
const endings: Readonly<Record<string, { callStatus: NetworkStatus; meaning: string }>> = {
  completed: { callStatus: 'completed', meaning: 'The call is over' },
  busy: { callStatus: 'busy', meaning: 'The line is busy' },
  'no-answer': { callStatus: 'no-answer', meaning: 'Nobody answered in time' },
  canceled: { callStatus: 'cancelled', meaning: 'The call was cancelled before it was answered' },
  failed: { callStatus: 'failed', meaning: 'The carrier could not place the call' },
}

/** SIP answers that mean a person or their network said no (RFC 3261, RFC 8197, RFC 8688), whatever the status says. */
const refusals: ReadonlySet<number> = new Set([603, 607, 608])

export function readTwilioReport(callback: Callback): CallReport | null {
  const form = new URLSearchParams(callback.body)
  const sid = form.get('CallSid')
  const news = newsOf(form)
  return sid === null || sid === '' || news === null ? null : { ids: { placed: sid, live: sid }, news }
}

function newsOf(form: URLSearchParams): CallNews | null {
  const status = form.get('CallStatus') ?? ''
  if (status === 'queued' || status === 'initiated') return { type: 'placed' }
  if (status === 'ringing') return { type: 'ringing' }
  if (status === 'in-progress') return { type: 'answered' }
  return endOf(status, form)
}

function endOf(status: string, form: URLSearchParams): CallNews | null {
  const ending = endings[status]
  if (ending === undefined) return null
  const code = numberOf(form.get('SipResponseCode')) ?? numberOf(form.get('ErrorCode'))
  const by = status === 'canceled' ? 'us' : 'callee'
  if (status !== 'completed' && code !== null && refusals.has(code))
    return { type: 'ended', callStatus: 'rejected', code, by, meaning: 'The callee declined the call' }
  return { type: 'ended', ...ending, code, by: status === 'failed' ? 'line' : by }
}

/** A call to one of our numbers: Twilio asks the number's voice URL for instructions while it rings. */
export function readTwilioIncoming(callback: Callback): IncomingReport | null {
  const form = new URLSearchParams(callback.body)
  const [sid, from, to] = [form.get('CallSid'), form.get('From'), form.get('To')]
  if (!sid || !from || !to || form.get('Direction') !== 'inbound') return null
  return { ids: { placed: sid, live: sid }, from, to }
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null
}
