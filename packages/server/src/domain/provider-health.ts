import type { CallPlan } from './call-plan.ts'

/**
 * A circuit breaker for a provider, pure. One that failed three times in half a minute with nothing good in
 * between is left alone; when that time is over one request tries it, and its end decides. Times in
 * milliseconds of one clock.
 *
 *   closed ──3 failures in 30 s──▶ open ──10 s──▶ (one try) ──worked──▶ closed
 *                                    ▲                │
 *                                    └─────failed─────┘
 */
export type ProviderHealth =
  | { readonly status: 'closed'; readonly failedAt: readonly number[] }
  | { readonly status: 'open'; readonly tryAt: number }

export type ProviderEvent =
  | { readonly type: 'worked' }
  | { readonly type: 'failed'; readonly at: number }
  /** A request is on its way to one that was left alone; others wait for what becomes of it. */
  | { readonly type: 'tried'; readonly at: number }

export const healthy: ProviderHealth = { status: 'closed', failedAt: [] }

const mostFailures = 3
const failuresWithinMs = 30_000
const leftAloneMs = 10_000

export function advance(health: ProviderHealth, event: ProviderEvent): ProviderHealth {
  switch (event.type) {
    case 'worked':
      return healthy
    case 'failed':
      return afterFailure(health, event.at)
    case 'tried':
      return health.status === 'open' ? { status: 'open', tryAt: event.at + leftAloneMs } : health
  }
}

/** Whether a request may be sent now. */
export function isReady(health: ProviderHealth, now: number): boolean {
  return health.status === 'closed' || now >= health.tryAt
}

function afterFailure(health: ProviderHealth, at: number): ProviderHealth {
  if (health.status === 'open') return { status: 'open', tryAt: at + leftAloneMs }
  const failedAt = [...health.failedAt.filter(earlier => at - earlier < failuresWithinMs), at]
  return failedAt.length < mostFailures
    ? { status: 'closed', failedAt }
    : { status: 'open', tryAt: at + leftAloneMs }
}

/** What a provider has to be able to do for a call. */
export type Wanted = Pick<CallPlan, 'mode' | 'model' | 'voice' | 'voiceProvider' | 'language'>

/** Whether a call could begin, when providers are up or not by the names of their breakers. */
export type CanServe = (wanted: Wanted, isUp: (provider: string) => boolean) => boolean
