import { ApiError, type ProblemCode } from '@parley/contract/errors'
import { e164 } from '@parley/contract/fields'
import type { Preflight, PreflightVerdict } from '@parley/contract/preflight'
import type { CallingWindow } from '../domain/calling-window.ts'
import { countryOf, refusedDestination } from '../domain/destination.ts'
import type { AccountId } from '../domain/ids.ts'
import { type Caps, judge, type PreflightRefusal, type Verdict } from '../domain/preflight.ts'
import { readCallingAccount } from '../store/accounts.ts'
import { readBalance } from '../store/balance.ts'
import { callsTo, callTotals, lockCaps } from '../store/call-counts.ts'
import { hasConsent } from '../store/consents.ts'
import type { Database, Transaction } from '../store/database.ts'
import { isListed, lockNumber } from '../store/do-not-call.ts'
import type { AccountSettings } from '../store/tables.ts'
import { zonesOf } from './number-zones.ts'

/**
 * The one way to the question whether a number may be called. Whatever can not be looked up throws, so that nothing
 * is called for want of an answer.
 */

export interface CallerPlace {
  readonly account: AccountId
  readonly settings: AccountSettings
  readonly numbers: readonly string[]
}

export interface PreflightDeps {
  readonly database: Database
  /** Shown to callees when the request names no number; it needs not be among the owned ones. */
  readonly defaultFromNumber: string | null
  /** ISO 3166 codes of the countries that every account is at home in. */
  readonly homeCountries: readonly string[]
}

interface Wanted {
  readonly to: string
  readonly minutes: number
  readonly window: CallingWindow | null
  readonly caps: Caps
}

/** Answers what a call would be told now, and changes nothing. */
export async function preflight(
  deps: PreflightDeps,
  account: AccountId,
  asked: Preflight,
): Promise<PreflightVerdict> {
  const { kysely } = deps.database
  const { settings, numbers } = await readCallingAccount(deps.database, account)
  const zones = await calleeZones(asked)
  const cap = asked.frequency_cap && {
    maxCalls: asked.frequency_cap.max_calls,
    hours: asked.frequency_cap.hours,
  }
  const verdict = await verdictOn({ kysely }, deps, {
    place: { account, settings, numbers },
    wanted: {
      to: asked.phone_number,
      minutes: asked.max_duration,
      window: windowOf(asked, zones),
      caps: { ...settings.caps, ...(cap ? { frequency: cap } : {}) },
    },
  })
  return {
    allowed: verdict.allowed,
    code: verdict.allowed ? null : verdict.refusal,
    detail: verdict.allowed ? null : details[verdict.refusal],
    allowed_at:
      verdict.allowed || verdict.allowedAtMs === null ? null : new Date(verdict.allowedAtMs).toISOString(),
    country: countryOf(asked.phone_number),
    time_zones: [...zones],
  }
}

/**
 * Throws ApiError where the call may not be placed; else the answer holds until the transaction ends: nobody lists
 * the number, and nobody else counts into the account's limits.
 */
export async function refuseForbidden(
  trx: Transaction,
  deps: PreflightDeps,
  { place, to, minutes }: { place: CallerPlace; to: string; minutes: number },
): Promise<void> {
  const { account, settings } = place
  if (settings.caps !== undefined || settings.quota !== undefined) await lockCaps(trx, account)
  if (e164.test(to)) await lockNumber(trx, { account, number: to }, 'to call')
  const wanted = { to, minutes, window: null, caps: settings.caps ?? {} }
  const verdict = await verdictOn({ kysely: trx }, deps, { place, wanted })
  if (!verdict.allowed) throw refusalOf(verdict, { minutes })
}

/** Throws ApiError where a callee could be moved on to a number that the account may not call. */
export function refuseTransfers(
  deps: PreflightDeps,
  place: CallerPlace,
  destinations: readonly { readonly phone_number?: string | undefined }[],
): void {
  const countries = allowedCountries(deps, place)
  const errors = destinations.flatMap(({ phone_number: number }, index) => {
    const refusal = number === undefined ? null : refusedDestination(number, countries)
    if (refusal === null) return []
    const path = `transfer.destinations[${index}].phone_number`
    return [{ path, message: details[refusal], code: refusal }]
  })
  const [first] = errors
  if (first) throw new ApiError('destination_not_allowed', { detail: first.message, errors })
}

/** Throws ApiError where the account may not have anybody called at the number: where it is, what it is, and whose wish. */
export async function refuseTransfer(
  deps: PreflightDeps,
  account: AccountId,
  { to, path }: { to: string; path: string },
): Promise<void> {
  const { kysely } = deps.database
  const { settings, numbers } = await readCallingAccount(deps.database, account)
  // Somebody who is on the line already counts as no further call.
  const wanted = { to, minutes: 0, window: null, caps: {} }
  const verdict = await verdictOn({ kysely }, deps, { place: { account, settings, numbers }, wanted })
  if (!verdict.allowed) throw refusalOf(verdict, { minutes: 0, path })
}

async function verdictOn(
  at: Pick<Database, 'kysely'>,
  deps: PreflightDeps,
  { place, wanted }: { place: CallerPlace; wanted: Wanted },
): Promise<Verdict> {
  const { account, settings } = place
  const { to, caps, window, minutes } = wanted
  // SIP addresses are let in by a setting of their own.
  const isNumber = e164.test(to)
  const { maxConcurrentCalls, maxMinutesPerHour, maxMinutesPerDay } = caps
  const isCounted = [maxConcurrentCalls, maxMinutesPerHour, maxMinutesPerDay].some(cap => cap !== undefined)
  return judge({
    atMs: Date.now(),
    destination: isNumber ? refusedDestination(to, allowedCountries(deps, place)) : null,
    listed: isNumber && (await isListed(at, { account, number: to })),
    consented: settings.consentRequired !== true || (await hasConsent(at, { account, number: to })),
    window,
    caps,
    callsToNumberMs: caps.frequency ? await callsTo(at, { account, number: to, cap: caps.frequency }) : [],
    ...(isCounted ? await callTotals(at, account) : noCalls),
    minutes,
    suspended: settings.suspended === true,
    minutesLeft: settings.quota ? (await readBalance(at, account, settings.quota)).remaining : null,
  })
}

const noCalls = { concurrentCalls: 0, minutesOfHour: 0, minutesOfDay: 0 }

/** Where the account is at home, unless its settings say where it may call. */
function allowedCountries(
  { defaultFromNumber, homeCountries }: PreflightDeps,
  { settings, numbers }: Pick<CallerPlace, 'settings' | 'numbers'>,
): ReadonlySet<string> {
  if (settings.allowedCountries !== undefined) return new Set(settings.allowedCountries)
  const own = [...numbers, ...(defaultFromNumber === null ? [] : [defaultFromNumber])]
  return new Set([...homeCountries, ...own.map(countryOf).filter(country => country !== null)])
}

async function calleeZones({ phone_number: number, timezone }: Preflight): Promise<readonly string[]> {
  const zones = await zonesOf(number)
  return timezone === undefined ? zones : [...new Set([...zones, timezone])]
}

function windowOf(
  { calling_window: asked }: Preflight,
  calleeZones: readonly string[],
): CallingWindow | null {
  if (asked === undefined) return null
  const { timezone, days, from, to } = asked
  return { zones: timezone === 'callee' ? calleeZones : [timezone], days, from, to }
}

const details: Readonly<Record<PreflightRefusal, string>> = {
  invalid_number: 'Nobody can have the number',
  number_type_not_allowed: 'Numbers of this kind are never called: premium, shared cost, personal, satellite',
  country_not_allowed: "The account's settings do not allow calls to this country",
  do_not_call: 'The number is on the do-not-call list of this account',
  consent_missing: 'Nobody of this number is recorded to have agreed to be called by an AI',
  outside_calling_window: 'The calling window is closed where the number may be',
  frequency_cap_reached: 'The number was called as often as the account may',
  minutes_cap_reached: "The account's minutes of the hour or day are used or reserved",
  insufficient_quota: "The account's quota does not have the minutes that the call may last",
  account_suspended: 'The account is suspended and places no calls',
  concurrency_cap_reached: 'The account has as many calls at once as it may',
}

const problemOf: Readonly<Record<PreflightRefusal, ProblemCode>> = {
  invalid_number: 'destination_not_allowed',
  number_type_not_allowed: 'destination_not_allowed',
  country_not_allowed: 'destination_not_allowed',
  do_not_call: 'do_not_call',
  consent_missing: 'consent_missing',
  outside_calling_window: 'conflict',
  frequency_cap_reached: 'frequency_cap_reached',
  minutes_cap_reached: 'minutes_cap_reached',
  insufficient_quota: 'insufficient_quota',
  account_suspended: 'account_suspended',
  concurrency_cap_reached: 'concurrency_cap_reached',
}

/** How long to wait where nobody can say when a place comes free. */
const unknownWaitSeconds = 30

function refusalOf(
  { refusal, allowedAtMs, minutesLeft: left }: Extract<Verdict, { allowed: false }>,
  { minutes: needed, path = 'phone_number' }: { minutes: number; path?: string },
): ApiError {
  const message =
    left === undefined ? details[refusal] : `The call needs ${needed} minutes, and ${round(left)} are left`
  const waits = refusal === 'frequency_cap_reached' || refusal === 'concurrency_cap_reached'
  const seconds = allowedAtMs === null ? unknownWaitSeconds : Math.ceil((allowedAtMs - Date.now()) / 1_000)
  return new ApiError(problemOf[refusal], {
    detail: message,
    errors: [{ path, message, code: refusal }],
    ...(left === undefined ? {} : { needed, left: round(left) }),
    ...(waits ? { retryAfterSeconds: Math.max(1, seconds) } : {}),
  })
}

function round(minutes: number): number {
  return Number(minutes.toFixed(4))
}
