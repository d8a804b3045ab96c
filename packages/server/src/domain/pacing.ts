import type { AccountId, CampaignId } from './ids.ts'

/** How many calls a campaign may place now, and whose turn it is where there is not room for all. */

/** What a campaign has saved up of its calls per minute. */
export interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/** What a campaign that looks up late may make good, in seconds of its pace. */
const burstSeconds = 2

export function refill({ tokens, atMs }: Bucket, perMinute: number, nowMs: number): Bucket {
  const gained = (Math.max(0, nowMs - atMs) / 60_000) * perMinute
  const most = Math.max(1, (perMinute / 60) * burstSeconds)
  return { tokens: Math.min(most, tokens + gained), atMs: nowMs }
}

export interface Pace {
  readonly tokens: number
  readonly callsPerMinute: number
  readonly maxConcurrentCalls: number
  /** Placed within the last 60 seconds. */
  readonly placedLately: number
  /** Waiting or under way. */
  readonly unfinished: number
}

/** Calls that a campaign may place at this moment. */
export function allowedNow(pace: Pace): number {
  const ofMinute = pace.callsPerMinute - pace.placedLately
  const ofPlaces = pace.maxConcurrentCalls - pace.unfinished
  return Math.max(0, Math.min(Math.floor(pace.tokens), ofMinute, ofPlaces))
}

export interface Demand {
  readonly campaign: CampaignId
  readonly account: AccountId
  /** Calls that it would place. */
  readonly wanted: number
}

/**
 * Shares places out: one to each account in turn, within an account one to each of its campaigns in turn, until all
 * have what they want or nothing is left. Who wants less than an equal share leaves the rest to the others. `turn`
 * says who is first, so that it is not always the same one.
 */
export function shareOut(places: number, demands: readonly Demand[], turn: number): Map<CampaignId, number> {
  const shares = new Map<CampaignId, number>(demands.map(({ campaign }) => [campaign, 0]))
  const accounts = rotated([...Map.groupBy(demands, demand => demand.account).values()], turn).map(of =>
    rotated(of, turn),
  )
  let left = places
  while (left > 0) {
    const before = left
    for (const campaigns of accounts) {
      const index = left > 0 ? campaigns.findIndex(one => (shares.get(one.campaign) ?? 0) < one.wanted) : -1
      const next = index < 0 ? undefined : campaigns[index]
      if (next === undefined) continue
      shares.set(next.campaign, (shares.get(next.campaign) ?? 0) + 1)
      campaigns.push(...campaigns.splice(index, 1))
      left -= 1
    }
    if (left === before) break
  }
  return shares
}

function rotated<Item>(items: readonly Item[], turn: number): Item[] {
  const first = items.length === 0 ? 0 : turn % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}
