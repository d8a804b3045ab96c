import { ApiError, type ProblemCode } from '@parley/contract/errors'
import type { PreflightRefusal, Verdict } from '../domain/preflight.ts'

/** What a preflight says no with, for people and for programs. */

export type Refusal = Extract<Verdict, { allowed: false }>

/** In words. */
export const details: Readonly<Record<PreflightRefusal, string>> = {
  invalid_number: 'Nobody can have the number',
  number_type_not_allowed: 'Numbers of this kind are never called: premium, shared cost, personal, satellite',
  country_not_allowed: "The account's settings do not allow calls to this country",
  do_not_call: 'The number is on the do-not-call list of this account',
  consent_missing: 'Nobody of this number is recorded to have agreed to be called by an AI',
  outside_calling_window: 'The calling window is closed where the number may be',
  frequency_cap_reached: 'The number was called as often as the account may',
  countries_cap_reached: 'The account has called as many countries within a day as it may',
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
  countries_cap_reached: 'countries_cap_reached',
  minutes_cap_reached: 'minutes_cap_reached',
  insufficient_quota: 'insufficient_quota',
  account_suspended: 'account_suspended',
  concurrency_cap_reached: 'concurrency_cap_reached',
}

/** How long to wait where nobody can say when a place comes free. */
const unknownWaitSeconds = 30

/** Why a call is not placed, and when it may be. */
export class Refused extends ApiError {
  readonly refusal: PreflightRefusal
  /** Null: time alone does not change it, or nobody can say when. */
  readonly allowedAtMs: number | null

  constructor(
    { refusal, allowedAtMs, minutesLeft: left }: Refusal,
    { minutes: needed, path = 'phone_number' }: { minutes: number; path?: string },
  ) {
    const message =
      left === undefined
        ? wordsOf(refusal, allowedAtMs)
        : `The call needs ${needed} minutes, and ${round(left)} are left`
    const seconds = allowedAtMs === null ? unknownWaitSeconds : Math.ceil((allowedAtMs - Date.now()) / 1_000)
    super(problemOf[refusal], {
      detail: message,
      errors: [{ path, message, code: refusal }],
      ...(left === undefined ? {} : { needed, left: round(left) }),
      ...(waits.has(refusal) ? { retryAfterSeconds: Math.max(1, seconds) } : {}),
    })
    this.refusal = refusal
    this.allowedAtMs = allowedAtMs
  }
}

/** With the time from which it is allowed, where that is known. */
function wordsOf(refusal: PreflightRefusal, allowedAtMs: number | null): string {
  return allowedAtMs === null
    ? details[refusal]
    : `${details[refusal]}; allowed from ${new Date(allowedAtMs).toISOString()}`
}

const waits: ReadonlySet<PreflightRefusal> = new Set([
  'frequency_cap_reached',
  'countries_cap_reached',
  'concurrency_cap_reached',
])

function round(minutes: number): number {
  return Number(minutes.toFixed(4))
}
