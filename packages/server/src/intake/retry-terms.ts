import type { RetryOption } from '@parley/contract/retry'
import type { RetryTerms } from '../domain/retry.ts'

/** Null: no second attempt. */
export function retryTerms(asked: RetryOption | undefined): RetryTerms | null {
  if (asked === undefined) return null
  const { max_attempts: maxAttempts, delay_minutes: delays, on } = asked
  return { maxAttempts, delaysMs: delays.map(minutes => minutes * 60_000), on }
}
