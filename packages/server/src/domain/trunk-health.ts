/**
 * A circuit breaker for a trunk, pure. A trunk that failed five times in half a minute, with nothing good in
 * between, or that asked to be left alone (Retry-After), gets no calls; when its time is over one OPTIONS
 * decides whether it is back. Times in milliseconds of one clock.
 *
 *   in_service ──5 failures in 30 s, or Retry-After──▶ out_of_service ──probe answered──▶ in_service
 *                                                        ▲      │
 *                                                        └──────┘ probe failed
 */
export type TrunkHealth =
  | { readonly status: 'in_service'; readonly failedAt: readonly number[] }
  | { readonly status: 'out_of_service'; readonly probeAt: number }

export type TrunkEvent =
  /** The carrier carried a call, or refused it for a reason of the callee's. */
  | { readonly type: 'worked' }
  | { readonly type: 'failed'; readonly at: number; readonly retryAfterMs: number | null }
  | { readonly type: 'probe_answered' }
  | { readonly type: 'probe_failed'; readonly at: number }

export const inService: TrunkHealth = { status: 'in_service', failedAt: [] }

const mostFailures = 5
const failuresWithinMs = 30_000
const probeEveryMs = 10_000
/** A carrier that asks for more has misunderstood: nobody would notice that it is back. */
const longestRetryAfterMs = 3_600_000

export function advance(health: TrunkHealth, event: TrunkEvent): TrunkHealth {
  switch (event.type) {
    case 'worked':
      return health.status === 'in_service' && health.failedAt.length > 0 ? inService : health
    case 'failed':
      return afterFailure(health, event)
    case 'probe_answered':
      return inService
    case 'probe_failed':
      return { status: 'out_of_service', probeAt: event.at + probeEveryMs }
  }
}

/** What may be done with the trunk now: give it calls, ask it whether it is back, or leave it alone. */
export function readiness(health: TrunkHealth, now: number): 'ready' | 'probe' | 'away' {
  if (health.status === 'in_service') return 'ready'
  return now >= health.probeAt ? 'probe' : 'away'
}

function afterFailure(health: TrunkHealth, failure: Extract<TrunkEvent, { type: 'failed' }>): TrunkHealth {
  const { at, retryAfterMs } = failure
  if (retryAfterMs !== null) return awayUntil(health, at + Math.min(retryAfterMs, longestRetryAfterMs))
  if (health.status === 'out_of_service') return health
  const failedAt = [...health.failedAt.filter(earlier => at - earlier < failuresWithinMs), at]
  return failedAt.length < mostFailures
    ? { status: 'in_service', failedAt }
    : awayUntil(health, at + probeEveryMs)
}

function awayUntil(health: TrunkHealth, probeAt: number): TrunkHealth {
  const earlier = health.status === 'out_of_service' ? health.probeAt : 0
  return { status: 'out_of_service', probeAt: Math.max(earlier, probeAt) }
}
