const minuteMs = 60_000

/** Waits between the tries of a webhook, in milliseconds; past the last one the delivery has failed. */
export const webhookDelaysMs: readonly number[] = [minuteMs, 5 * minuteMs, 15 * minuteMs, 60 * minuteMs]

/** A receiver may ask us to wait, but not to keep a delivery for ever. */
const longestAskedWaitMs = 24 * 60 * minuteMs

/**
 * How long to wait after a failed try, in milliseconds; null when it was the last one. `tries` counts
 * those made, the failed one included. A receiver's Retry-After can lengthen the wait, never shorten it:
 * a flood of early retries would hurt just the receiver that is in trouble.
 */
export function delayBeforeRetry(
  tries: number,
  askedWaitMs: number | null,
  delaysMs: readonly number[] = webhookDelaysMs,
): number | null {
  const scheduled = delaysMs[tries - 1]
  if (scheduled === undefined) return null
  return Math.max(scheduled, Math.min(askedWaitMs ?? 0, longestAskedWaitMs))
}
