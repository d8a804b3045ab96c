import { isTerminal, type Status } from './call-model.ts'

/** What is seen of a call from outside, after each step. */
export interface Seen {
  readonly status: Status
  readonly attempt: number
  /** Sequence numbers and types, in order. */
  readonly events: readonly { readonly sequence: number; readonly type: string }[]
  /** The attempt of every INVITE that left so far. */
  readonly invites: readonly number[]
}

/** After the end nothing is told any more but what follows a call. */
const afterwards = new Set(['recording_ready', 'analysed'])

/** The first promise that was broken on the way; null: none. */
export function brokenPromise(before: Seen, after: Seen): string | null {
  if (isTerminal(before.status) && after.status !== before.status)
    return `terminal ${before.status} became ${after.status}`
  if (after.events.some(({ sequence }, place) => sequence !== place + 1)) return 'the sequence has a gap'
  if (before.events.some(({ type }, place) => after.events[place]?.type !== type))
    return 'the past was changed'
  const ends = after.events.filter(({ type }) => type === 'ended').length
  if (ends !== (isTerminal(after.status) ? 1 : 0)) return `${ends} ends of a call that is ${after.status}`
  const end = after.events.findIndex(({ type }) => type === 'ended')
  const late = end < 0 ? [] : after.events.slice(end + 1).filter(({ type }) => !afterwards.has(type))
  if (late.length > 0) return `after the end came ${late.map(({ type }) => type).join(', ')}`
  const dials = after.events.filter(({ type }) => type === 'dialing').length
  if (dials !== after.attempt) return `${dials} dials told in ${after.attempt} attempts`
  if (new Set(after.invites).size !== after.invites.length) return 'an attempt sent two INVITEs'
  return after.invites.some(attempt => attempt > after.attempt) ? 'an INVITE without an attempt' : null
}
