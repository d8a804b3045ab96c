import type { NetworkStatus } from '@parley/contract/status'
import type { Callback, CallEnded, CallIds, CallNews, CallReport, IncomingReport } from '../vendor.ts'

/** CallStatus of the hang-up callback (plivo.com/docs/voice/use-cases/dial-status-reporting). */
const endings: Readonly<Record<string, { callStatus: NetworkStatus; meaning: string }>> = {
  completed: { callStatus: 'completed', meaning: 'The call is over' },
  busy: { callStatus: 'busy', meaning: 'The line is busy' },
  'no-answer': { callStatus: 'no-answer', meaning: 'Nobody answered in time' },
  timeout: { callStatus: 'no-answer', meaning: 'Nobody answered in time' },
  cancel: { callStatus: 'cancelled', meaning: 'The call was cancelled before it was answered' },
  failed: { callStatus: 'failed', meaning: 'The carrier could not place the call' },
}
/** HangupCauseName of a callee who said no, whose CallStatus may be busy or failed. */
const declined: ReadonlySet<string> = new Set(['rejected', 'call rejected', 'declined'])

/** Callbacks to `ring_url`, `answer_url` and `hangup_url`, told apart by CallStatus. */
export function readPlivoReport(callback: Callback): CallReport | null {
  const form = new URLSearchParams(callback.body)
  const ids = idsOf(form)
  const news = newsOf(form)
  return news === null || (ids.placed === null && ids.live === null) ? null : { ids, news }
}

function newsOf(form: URLSearchParams): CallNews | null {
  const status = form.get('CallStatus') ?? ''
  if (status === 'ringing') return { type: 'ringing' }
  if (status === 'in-progress') return { type: 'answered' }
  return endOf(status, form)
}

function endOf(status: string, form: URLSearchParams): CallEnded | null {
  const ending = endings[status]
  if (ending === undefined) return null
  const code = numberOf(form.get('HangupCauseCode'))
  const by = sourceOf(form.get('HangupSource') ?? '')
  const cause = (form.get('HangupCauseName') ?? form.get('HangupCause') ?? '').toLowerCase()
  if (status !== 'completed' && declined.has(cause.replaceAll('_', ' ')))
    return { type: 'ended', callStatus: 'rejected', code, by, meaning: 'The callee declined the call' }
  return { type: 'ended', ...ending, code, by }
}

/**
 * HangupSource (plivo.com/docs/voice/troubleshooting/hangup-causes). Of an outbound call we are the caller;
 * `Carrier` is how a callee's hang-up mostly arrives.
 */
function sourceOf(source: string): CallEnded['by'] {
  if (source === 'API Request' || source === 'Answer XML' || source === 'Caller') return 'us'
  return source === 'Plivo' || source === 'Error' ? 'line' : 'callee'
}

export function readPlivoIncoming(callback: Callback): IncomingReport | null {
  const form = new URLSearchParams(callback.body)
  const [id, from, to] = [form.get('CallUUID'), form.get('From'), form.get('To')]
  if (!id || !from || !to || form.get('Direction') !== 'inbound') return null
  if (form.get('CallStatus') !== 'ringing' && form.get('CallStatus') !== 'in-progress') return null
  return { ids: { placed: null, live: id }, from: withPlus(from), to: withPlus(to) }
}

/** Plivo writes E.164 numbers without their plus. */
function withPlus(number: string): string {
  return /^\d+$/.test(number) ? `+${number}` : number
}

function idsOf(form: URLSearchParams): CallIds {
  return {
    placed: form.get('RequestUUID') ?? form.get('ALegRequestUUID'),
    live: form.get('CallUUID'),
  }
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null
}
