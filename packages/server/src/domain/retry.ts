import type { RetryReason } from '@parley/contract/retry'
import type { Outcome } from './outcome.ts'

/**
 * Whether an attempt that is over is followed by another one. Reaching a person twice is the worst fault, so only
 * outcomes that are known to have reached nobody count; what became of an attempt whose worker was lost nobody knows.
 */

export interface RetryTerms {
  /** The first one included. */
  readonly maxAttempts: number
  /** After the first attempt, the second, …; the last one holds for the rest. */
  readonly delaysMs: readonly number[]
  readonly on: readonly RetryReason[]
}

export interface PastAttempt extends Pick<Outcome, 'callStatus' | 'endReason' | 'fault' | 'answeredBy'> {
  /** From 1. */
  readonly attempt: number
  /** Somebody or something picked up. */
  readonly answered: boolean
}

/** How long to wait for the next attempt, in milliseconds; null: there is none. */
export function retryAfterMs(terms: RetryTerms | null, past: PastAttempt): number | null {
  if (terms === null || past.attempt >= terms.maxAttempts) return null
  const reason = reasonOf(past)
  if (reason === null || !terms.on.includes(reason)) return null
  return terms.delaysMs[Math.min(past.attempt, terms.delaysMs.length) - 1] ?? 0
}

/** Null: nothing that is repeated. */
export function reasonOf({
  callStatus,
  endReason,
  fault,
  answeredBy,
  answered,
}: PastAttempt): RetryReason | null {
  if (endReason === 'node_lost' || fault === 'ours' || fault === 'customer') return null
  if (answered) return answeredBy === 'voicemail' && callStatus === 'completed' ? 'voicemail' : null
  return callStatus === 'no-answer' || callStatus === 'busy' || callStatus === 'failed' ? callStatus : null
}
