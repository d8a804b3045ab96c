/**
 * What a registration does after each answer (RFC 3261 §10.2, RFC 5626 §4.5). Pure: the waiting stands elsewhere.
 * Seconds are the protocol's unit, milliseconds ours.
 */
import type { ReceivedResponse } from '../message.ts'
import { parseNameAddress } from '../name-address.ts'
import { parseSipUri } from '../uri.ts'
import { SipParseError } from '../sip-parse-error.ts'

/** Tries in quick succession before patience is called for. */
const quickTries = 3
const quickRetryMs = 2_000
const firstBackOffMs = 30_000
const longestBackOffMs = 1_800_000
/** A registrar may not make us register more often than this, nor keep us away for longer than a day. */
const shortestRefreshMs = 5_000
const longestWaitSeconds = 86_400

/** The binding that a 200 grants: of our Contact where it is listed, else of all. */
export function grantedSeconds(response: ReceivedResponse, contact: string, askedSeconds: number): number {
  const ours = response.headers
    .list('Contact')
    .map(readContact)
    .find(one => one?.uri === plain(contact))
  const granted = seconds(ours?.expires) ?? seconds(response.headers.get('Expires')) ?? askedSeconds
  return Math.min(granted, longestWaitSeconds)
}

function readContact(value: string): { uri: string; expires: string | undefined } | undefined {
  try {
    const { uri, parameters } = parseNameAddress(value)
    return { uri: plain(uri), expires: parameters.get('expires') }
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

/** Registrars add parameters and change case; user, host and port stay. */
function plain(uri: string): string {
  const { user, host, port } = parseSipUri(uri)
  return `${user ?? ''}@${host.toLowerCase()}:${port ?? ''}`
}

/** Early enough that a lost packet or two do no harm. */
export function refreshAfterMs(seconds: number): number {
  const early = seconds > 120 ? seconds - 60 : seconds / 2
  return Math.max(shortestRefreshMs, early * 1_000)
}

/**
 * How long after the `failures`-th failure in a row the next try comes; `random` from 0 up to 1 spreads many clients
 * of one registrar that comes back. What the registrar asks for (Retry-After) counts when it is longer.
 */
export function retryAfterMs(failures: number, askedSeconds: number | undefined, random: number): number {
  const exponent = Math.min(failures - quickTries, 10)
  const backOffMs =
    failures < quickTries ? quickRetryMs : Math.min(firstBackOffMs * 2 ** exponent, longestBackOffMs)
  return Math.max(backOffMs * (0.5 + random / 2), (askedSeconds ?? 0) * 1_000)
}

/** Of Expires, Min-Expires and Retry-After, which may carry a comment. */
export function seconds(value: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})/.exec(value ?? '')?.[1]
  return digits === undefined ? undefined : Math.min(Number(digits), longestWaitSeconds)
}
