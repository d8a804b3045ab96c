import { delayBeforeRetry } from '../domain/backoff.ts'
import type { TryResult } from '../store/outbox.ts'

/** What a receiver answered, or that it did not. */
export type Answer =
  | { readonly type: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly type: 'unanswered'; readonly reason: string }

/** HTTP 410: the receiver wants nothing more (Standard Webhooks, "Delivery"). */
export const gone = 410

/** What follows from a try. `tries` counts those made, this one included; `nowMs` is milliseconds since 1970. */
export function verdictOf(answer: Answer, tries: number, nowMs: number): TryResult {
  if (answer.type === 'unanswered')
    return retryOrFail(tries, null, { httpStatus: null, error: answer.reason })
  const { status } = answer
  if (status >= 200 && status < 300) return { next: 'none', status: 'delivered', httpStatus: status }
  const trouble = { httpStatus: status, error: troubleOf(status) }
  if (status === gone) return { next: 'none', status: 'failed', ...trouble }
  return retryOrFail(tries, askedWaitMs(answer.retryAfter, nowMs), trouble)
}

function retryOrFail(
  tries: number,
  askedMs: number | null,
  trouble: { httpStatus: number | null; error: string },
): TryResult {
  const delayMs = delayBeforeRetry(tries, askedMs)
  return delayMs === null
    ? { next: 'none', status: 'failed', ...trouble }
    : { next: 'retry', delayMs, ...trouble }
}

function troubleOf(status: number): string {
  if (status >= 300 && status < 400) return `HTTP ${status}: redirects are not followed`
  return status === gone ? 'HTTP 410: the receiver wants no more of these' : `HTTP ${status}`
}

/** Retry-After: seconds or a date (RFC 9110, section 10.2.3). Null when absent or unreadable. */
export function askedWaitMs(field: string | undefined, nowMs: number): number | null {
  if (field === undefined) return null
  if (/^\s*\d{1,9}\s*$/.test(field)) return Number(field) * 1_000
  const at = Date.parse(field)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
