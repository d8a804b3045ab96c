import type { LeadStatus } from '@parley/contract/leads'
import type { CallStatus } from '@parley/contract/status'
import { type PastAttempt, retryAfterMs, type RetryTerms } from './retry.ts'

/** What becomes of a campaign's lead when a call to them is over. */

/** How far a lead got in a campaign. */
export type LeadResult =
  | 'human'
  | 'voicemail'
  | 'converted'
  | 'opted_out'
  | 'unreached'
  | 'failed'
  | 'cancelled'

export interface LeadCall extends Omit<PastAttempt, 'attempt'> {
  readonly status: CallStatus
  readonly disposition: string | null
  /** How many times it was dialled. */
  readonly dialled: number
  /** The lead may not be called any more: it is listed, or has unsubscribed. */
  readonly optedOut: boolean
}

export interface LeadTerms {
  readonly retry: RetryTerms | null
  readonly maxAttempts: number
  readonly conversionOutcomes: readonly string[]
}

export interface LeadProgress {
  readonly result: LeadResult
  /** When to call again, from now; null: the campaign is done with the lead. */
  readonly againAfterMs: number | null
  /** What the lead becomes, unless it is further already; null: what it was. */
  readonly leadStatus: Extract<LeadStatus, 'Contacted' | 'Converted'> | null
}

/** `attempts`: calls to the lead so far, this one included. */
export function progressOf(call: LeadCall, terms: LeadTerms, attempts: number): LeadProgress {
  const result = resultOf(call, terms)
  const isFinal = call.optedOut || attempts >= terms.maxAttempts || call.dialled === 0
  return {
    result,
    againAfterMs: isFinal ? null : retryAfterMs(terms.retry, { ...call, attempt: attempts }),
    leadStatus: leadStatusOf(call, result),
  }
}

function resultOf(call: LeadCall, { conversionOutcomes }: LeadTerms): LeadResult {
  if (call.optedOut) return 'opted_out'
  if (call.status === 'cancelled') return 'cancelled'
  if (!call.answered) return call.callStatus === 'failed' ? 'failed' : 'unreached'
  if (call.disposition !== null && conversionOutcomes.includes(call.disposition)) return 'converted'
  if (call.answeredBy === 'voicemail' || call.answeredBy === 'ivr') return 'voicemail'
  return call.status === 'failed' ? 'failed' : 'human'
}

function leadStatusOf({ answered, answeredBy }: LeadCall, result: LeadResult): LeadProgress['leadStatus'] {
  if (result === 'converted') return 'Converted'
  return answered && answeredBy !== 'voicemail' && answeredBy !== 'ivr' ? 'Contacted' : null
}
