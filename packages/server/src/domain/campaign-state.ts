import type { CampaignStatus } from '@parley/contract/campaigns'

/**
 * What may become of a campaign. Customers start, pause, resume and stop it; `begin` (its time has come) and
 * `complete` (nobody is left to call) are the platform's own.
 */

export type CampaignAction = 'start' | 'pause' | 'resume' | 'stop' | 'begin' | 'complete'

const transitions = {
  start: { draft: 'running' },
  begin: { scheduled: 'running' },
  pause: { scheduled: 'paused', running: 'paused' },
  resume: { paused: 'running' },
  stop: { draft: 'cancelled', scheduled: 'cancelled', running: 'cancelled', paused: 'cancelled' },
  complete: { running: 'completed' },
} as const satisfies Record<CampaignAction, Partial<Record<CampaignStatus, CampaignStatus>>>

/** Null: not from this state. A campaign whose time is yet to come does not run before. */
export function nextStatus(
  status: CampaignStatus,
  action: CampaignAction,
  { startsAtMs, nowMs }: { startsAtMs: number | null; nowMs: number },
): CampaignStatus | null {
  const table: Partial<Record<CampaignStatus, CampaignStatus>> = transitions[action]
  const next = table[status] ?? null
  const isEarly = startsAtMs !== null && startsAtMs > nowMs
  if (next !== 'running' || !isEarly) return next
  return action === 'begin' ? null : 'scheduled'
}

/** States in which what a campaign is made of may be changed. */
export const changeable: readonly CampaignStatus[] = ['draft', 'scheduled', 'paused']

/** States in which it may be deleted: nobody is being called for it. */
export const deletable: readonly CampaignStatus[] = ['draft', 'completed', 'cancelled']
