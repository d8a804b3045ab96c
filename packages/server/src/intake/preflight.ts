import type { CallingWindowOption } from '@parley/contract/calling-window'
import { ApiError } from '@parley/contract/errors'
import { e164 } from '@parley/contract/fields'
import type { Preflight, PreflightVerdict } from '@parley/contract/preflight'
import { type CapSettings, capsFrom, isCapped } from '../domain/account-caps.ts'
import type { CallingWindow } from '../domain/calling-window.ts'
import { countryOf, refusedDestination } from '../domain/destination.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import { type Caps, frequencyCaps, judge, type Verdict } from '../domain/preflight.ts'
import { readCallingAccount } from '../store/accounts.ts'
import { readBalance } from '../store/balance.ts'
import {
  calledCountries,
  callsTo,
  concurrentCalls,
  type Counted,
  lockCaps,
  minutesLately,
} from '../store/call-counts.ts'
import { hasConsent } from '../store/consents.ts'
import type { Database, Transaction } from '../store/database.ts'
import { isListed, lockNumber } from '../store/do-not-call.ts'
import type { Sealing } from '../store/sealing.ts'
import type { AccountSettings } from '../store/tables.ts'
import { callerNumber } from './caller-number.ts'
import { zonesOf } from './number-zones.ts'
import { details, Refused } from './refusals.ts'

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
  /** Knows numbers again that were erased and are never to be called. */
  readonly sealing: Pick<Sealing, 'hash'>
  /** ISO 3166 codes of the countries that every account is at home in. */
  readonly homeCountries: readonly string[]
  /** Hold for accounts whose settings say nothing else. */
  readonly defaultCaps: CapSettings
}

/** A call that somebody wants placed or dialled. */
export interface Wanted {
  readonly to: string
  readonly minutes: number
  readonly window: CallingWindow | null
  readonly caps: Caps
  /** When it is to be dialled, epoch milliseconds. */
  readonly atMs: number
  /** The call that is judged again before it is dialled; null: one that is yet to be placed. */
  readonly self: CallId | null
}

/** The limits that hold for an account's calls. */
export function capsOf({ defaultCaps }: Pick<PreflightDeps, 'defaultCaps'>, settings: AccountSettings): Caps {
  return capsFrom(settings.caps, defaultCaps)
}

/** Answers what a call would be told, and changes nothing. Throws ApiError where it would not be judged at all. */
export async function preflight(
  deps: PreflightDeps,
  account: AccountId,
  asked: Preflight,
): Promise<PreflightVerdict> {
  const { kysely } = deps.database
  const { settings, numbers } = await readCallingAccount(deps.database, account)
  callerNumber(deps, numbers, asked.from_number)
  const zones = await calleeZones(asked)
  const caps = capsOf(deps, settings)
  const cap = asked.frequency_cap && {
    maxCalls: asked.frequency_cap.max_calls,
    hours: asked.frequency_cap.hours,
  }
  const verdict = await verdictOn({ kysely }, deps, {
    place: { account, settings, numbers },
    wanted: {
      to: asked.phone_number,
      minutes: asked.max_duration,
      window: windowOf(asked.calling_window, zones),
      atMs: Math.max(Date.now(), asked.at === undefined ? 0 : Date.parse(asked.at)),
      self: null,
      caps: { ...caps, furtherFrequency: [...(caps.furtherFrequency ?? []), ...(cap ? [cap] : [])] },
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
 * Whether the call may be dialled. The answer holds until the transaction ends: nobody lists the number, and nobody
 * else counts into the account's limits.
 */
export async function judgeWithin(
  trx: Transaction,
  deps: PreflightDeps,
  { place, wanted }: { place: CallerPlace; wanted: Wanted },
): Promise<Verdict> {
  const { account } = place
  if (isCapped(wanted.caps) || place.settings.quota !== undefined) await lockCaps(trx, account)
  if (e164.test(wanted.to)) await lockNumber(trx, { account, number: wanted.to }, 'to call')
  return await verdictOn({ kysely: trx }, deps, { place, wanted })
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
  const wanted = { to, minutes: 0, window: null, caps: {}, atMs: Date.now(), self: null }
  const verdict = await verdictOn({ kysely }, deps, { place: { account, settings, numbers }, wanted })
  if (!verdict.allowed) throw new Refused(verdict, { minutes: 0, path })
}

async function verdictOn(
  at: Pick<Database, 'kysely'>,
  deps: PreflightDeps,
  { place, wanted }: { place: CallerPlace; wanted: Wanted },
): Promise<Verdict> {
  const { account, settings } = place
  const { to, caps, window, minutes, atMs, self } = wanted
  const frequency = frequencyCaps(caps)
  const of = { account, self, atMs }
  // SIP addresses are let in by a setting of their own.
  const isNumber = e164.test(to)
  return judge({
    atMs,
    destination: isNumber ? refusedDestination(to, allowedCountries(deps, place)) : null,
    listed: isNumber && (await isListed(at, { account, number: to, sealing: deps.sealing })),
    consented: settings.consentRequired !== true || (await hasConsent(at, { account, number: to })),
    window,
    caps,
    callsToNumberMs:
      frequency.length > 0 && isNumber ? await callsTo(at, { ...of, number: to, caps: frequency }) : [],
    country: isNumber ? countryOf(to) : null,
    ...(await counted(at, of, caps)),
    minutes,
    suspended: settings.suspended === true,
    minutesLeft: await minutesLeft(at, place, wanted),
  })
}

/** Null: without limit. What a call has reserved by itself is left to it. */
async function minutesLeft(
  at: Pick<Database, 'kysely'>,
  { account, settings: { quota } }: CallerPlace,
  { self, minutes }: Wanted,
): Promise<number | null> {
  if (quota === undefined) return null
  const { remaining } = await readBalance(at, account, quota)
  return self === null || remaining === null ? remaining : remaining + minutes
}

/** What there are limits for. */
async function counted(at: Pick<Database, 'kysely'>, of: Counted, caps: Caps) {
  const { maxCountriesPerDay, maxConcurrentCalls, maxMinutesPerHour, maxMinutesPerDay } = caps
  const hasMinutes = maxMinutesPerHour !== undefined || maxMinutesPerDay !== undefined
  return {
    countries: maxCountriesPerDay === undefined ? [] : await calledCountries(at, of),
    concurrentCalls: maxConcurrentCalls === undefined ? 0 : await concurrentCalls(at, of),
    ...(hasMinutes ? await minutesLately(at, of) : { minutesOfHour: 0, minutesOfDay: 0 }),
  }
}

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
  return timezone === undefined ? await zonesOf(number) : [timezone]
}

/** The window of an option, where the callee may be in these zones. */
export function windowOf(
  asked: CallingWindowOption | undefined,
  calleeZones: readonly string[],
): CallingWindow | null {
  if (asked === undefined) return null
  const { timezone, days, from, to } = asked
  return { zones: timezone === 'callee' ? calleeZones : [timezone], days, from, to }
}
