/**
 * Session timers, RFC 4028: one side says every so often that the call still stands; when it does not, the other one
 * hangs up. Pure: what runs is `SessionClock`.
 */
import type { Answer } from '../build-response.ts'
import type { SipMessage } from '../message.ts'
import { parseParameters } from '../parameters.ts'

export interface SessionTimer {
  readonly intervalSeconds: number
  /** Who has to refresh, seen from here. */
  readonly refresher: 'local' | 'remote'
}

export interface SessionLimits {
  /** What we ask for. */
  readonly expiresSeconds: number
  /** What we take from others; RFC 4028 §5 names 90. */
  readonly minSeconds: number
}

export const standardSession: SessionLimits = { expiresSeconds: 1_800, minSeconds: 90 }

interface SessionExpires {
  readonly seconds: number
  readonly refresher: string | undefined
}

function sessionExpires(message: SipMessage): SessionExpires | undefined {
  const match = /^\s*(\d{1,9})\s*(;.*)?$/.exec(message.headers.get('Session-Expires') ?? '')
  if (!match) return undefined
  const refresher = parseParameters(match[2] ?? '')
    .get('refresher')
    ?.toLowerCase()
  return { seconds: Number(match[1]), refresher }
}

const supportsTimer = (message: SipMessage): boolean =>
  [...message.headers.list('Supported'), ...message.headers.list('Require')].some(
    option => option.toLowerCase() === 'timer',
  )

/** RFC 4028 §9: 422 for an interval that would keep us busy; a proxy may have put it there, but can raise it again. */
export function refuseShortSession(request: SipMessage, { minSeconds }: SessionLimits): Answer | undefined {
  const asked = sessionExpires(request)
  if (!asked || asked.seconds >= minSeconds || !supportsTimer(request)) return undefined
  return { status: 422, headers: [['Min-SE', String(minSeconds)]] }
}

/** What we agree to as the one who is asked; without Session-Expires there is no timer. */
export function agreedTimer(request: SipMessage, { minSeconds }: SessionLimits): SessionTimer | undefined {
  const asked = sessionExpires(request)
  if (!asked) return undefined
  const remote = supportsTimer(request) && asked.refresher !== 'uas'
  return {
    intervalSeconds: Math.max(asked.seconds, minSeconds),
    refresher: remote ? 'remote' : 'local',
  }
}

/** What the other side's 2xx to our request settles. */
export function timerFromAnswer(answer: SipMessage): SessionTimer | undefined {
  const given = sessionExpires(answer)
  if (!given || given.seconds === 0) return undefined
  return { intervalSeconds: given.seconds, refresher: given.refresher === 'uas' ? 'remote' : 'local' }
}

type Fields = readonly (readonly [name: string, value: string])[]

/** Of our 2xx: seen from there we are the uas. */
export function timerAnswerFields(timer: SessionTimer | undefined): Fields {
  if (!timer) return []
  const refresher = timer.refresher === 'remote' ? 'uac' : 'uas'
  const fields: Fields = [['Session-Expires', `${timer.intervalSeconds};refresher=${refresher}`]]
  return timer.refresher === 'remote' ? [...fields, ['Require', 'timer']] : fields
}

/** Of a request of ours that refreshes: whoever refreshes goes on doing so. */
export function timerRefreshFields(timer: SessionTimer): Fields {
  const refresher = timer.refresher === 'local' ? 'uac' : 'uas'
  return [
    ['Supported', 'timer'],
    ['Session-Expires', `${timer.intervalSeconds};refresher=${refresher}`],
  ]
}

/** RFC 4028 §10: refresh at half time. */
export const refreshAtMs = ({ intervalSeconds }: SessionTimer): number => intervalSeconds * 500

/** RFC 4028 §10: hang up this much before the end, so that BYE comes before proxies forget the call. */
export const giveUpAtMs = ({ intervalSeconds }: SessionTimer): number =>
  (intervalSeconds - Math.min(32, intervalSeconds / 3)) * 1_000
