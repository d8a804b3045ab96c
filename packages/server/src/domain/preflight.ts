import type { preflightRefusals } from '@parley/contract/preflight'
import { type CallingWindow, nextDial } from './calling-window.ts'
import type { DestinationRefusal } from './destination.ts'

/**
 * Whether a number may be dialled, judged from what is known of it at one moment. Refusals that time heals say when;
 * by then the others of that kind are healed, too, as far as they can be foreseen.
 */

export type PreflightRefusal = (typeof preflightRefusals)[number]

/** At most so many calls to one number within so many hours. */
export interface FrequencyCap {
  readonly maxCalls: number
  readonly hours: number
}

/** Absent: no limit. */
export interface Caps {
  readonly frequency?: FrequencyCap | undefined
  /** Hold beside it: a campaign's own. */
  readonly furtherFrequency?: readonly FrequencyCap[] | undefined
  /** Of all countries that the account's calls go to within 24 hours. */
  readonly maxCountriesPerDay?: number | undefined
  /** Of all calls of the account that are queued or under way. */
  readonly maxConcurrentCalls?: number | undefined
  /** Of all calls of the last hour. */
  readonly maxMinutesPerHour?: number | undefined
  /** Of all calls of the last 24 hours; those that are not over count with the longest they may last. */
  readonly maxMinutesPerDay?: number | undefined
}

export interface CalledCountry {
  readonly country: string
  readonly atMs: number
}

export interface PreflightFacts {
  readonly atMs: number
  readonly destination: DestinationRefusal | null
  readonly suspended: boolean
  readonly listed: boolean
  /** Agreed to be called, or need not have. */
  readonly consented: boolean
  /** Null: any time. */
  readonly window: CallingWindow | null
  readonly caps: Caps
  /** When the number was called or will be, within the longest cap's hours: the nearest, as many as the largest cap counts. */
  readonly callsToNumberMs: readonly number[]
  /** Of the number; null: none. */
  readonly country: string | null
  /** When each country was called or will be, the nearest time, of those that count into the day. */
  readonly countries: readonly CalledCountry[]
  readonly concurrentCalls: number
  readonly minutesOfHour: number
  readonly minutesOfDay: number
  /** Of the account's quota; null: without limit. */
  readonly minutesLeft: number | null
  /** The longest that this call may last. */
  readonly minutes: number
}

export type Verdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      readonly refusal: PreflightRefusal
      /** Null: time alone does not change it, or nobody can say when. */
      readonly allowedAtMs: number | null
      /** What is left of the quota, where that is what stands in the way. */
      readonly minutesLeft?: number
    }

/** How long a country counts; what is known of it is exact to the minute. */
const countryCountsMs = 24 * 3_600_000 + 60_000

export function judge(facts: PreflightFacts): Verdict {
  const never = (refusal: PreflightRefusal): Verdict => ({ allowed: false, refusal, allowedAtMs: null })
  if (facts.suspended) return never('account_suspended')
  if (facts.destination !== null) return never(facts.destination)
  if (facts.listed) return never('do_not_call')
  if (!facts.consented) return never('consent_missing')
  const frequencyMs = frequencyAllows(facts)
  const countriesMs = countriesAllow(facts)
  const { window, atMs } = facts
  const healedMs = Math.max(frequencyMs, countriesMs)
  const allowedAtMs = window === null ? healedMs : opening(window, healedMs)
  if (window !== null && opening(window, atMs) !== atMs)
    return { allowed: false, refusal: 'outside_calling_window', allowedAtMs }
  if (frequencyMs > atMs) return { allowed: false, refusal: 'frequency_cap_reached', allowedAtMs }
  if (countriesMs > atMs) return { allowed: false, refusal: 'countries_cap_reached', allowedAtMs }
  return judgeLimits(facts, never)
}

function judgeLimits(facts: PreflightFacts, never: (refusal: PreflightRefusal) => Verdict): Verdict {
  const { minutes, minutesLeft } = facts
  if (exceeds(facts.minutesOfHour + minutes, facts.caps.maxMinutesPerHour))
    return never('minutes_cap_reached')
  if (exceeds(facts.minutesOfDay + minutes, facts.caps.maxMinutesPerDay)) return never('minutes_cap_reached')
  if (minutesLeft !== null && minutes > minutesLeft)
    return { allowed: false, refusal: 'insufficient_quota', allowedAtMs: null, minutesLeft }
  if (exceeds(facts.concurrentCalls + 1, facts.caps.maxConcurrentCalls))
    return never('concurrency_cap_reached')
  return { allowed: true }
}

/** A window of nowhere would be open at all times; where nobody knows the zones it never is. */
function opening(window: CallingWindow, fromMs: number): number | null {
  return window.zones.length === 0 ? null : nextDial(window, fromMs)
}

/** All of them hold. */
export function frequencyCaps({ frequency, furtherFrequency = [] }: Caps): readonly FrequencyCap[] {
  return frequency === undefined ? furtherFrequency : [frequency, ...furtherFrequency]
}

/** From when on every cap has room. */
function frequencyAllows({ atMs, caps, callsToNumberMs }: PreflightFacts): number {
  return frequencyCaps(caps).reduce((latestMs, { maxCalls, hours }) => {
    const lastsMs = hours * 3_600_000
    const oldestMs = newestFirst(callsToNumberMs, atMs, lastsMs)[maxCalls - 1]
    if (oldestMs === undefined) return latestMs
    // Hours may be any fraction; an instant is a whole millisecond, and one too early would be refused again.
    return Math.max(latestMs, Math.ceil(oldestMs + lastsMs))
  }, atMs)
}

/** From when on the number's country is one of no more than the cap. */
function countriesAllow({ atMs, caps, country, countries }: PreflightFacts): number {
  const { maxCountriesPerDay: most } = caps
  if (most === undefined || country === null) return atMs
  const around = countries.filter(called => isNear(called.atMs, atMs, countryCountsMs))
  if (around.some(called => called.country === country)) return atMs
  const times = around.map(called => called.atMs)
  const oldestMs = newestFirst(times, atMs, countryCountsMs)[most - 1]
  return oldestMs === undefined ? atMs : oldestMs + countryCountsMs
}

/** What is further away from `atMs` leaves room for one then: a call of next week does not forbid one of today. */
function newestFirst(times: readonly number[], atMs: number, withinMs: number): readonly number[] {
  return times.filter(ms => isNear(ms, atMs, withinMs)).toSorted((one, other) => other - one)
}

function isNear(ms: number, atMs: number, withinMs: number): boolean {
  return Math.abs(ms - atMs) < withinMs
}

function exceeds(value: number, cap: number | undefined): boolean {
  return cap !== undefined && value > cap
}
