import type { NetworkStatus } from '@parley/contract/status'
import type { CallIds, CallReport, VendorCapabilities } from '../vendor.ts'

/**
 * One attempt to reach somebody, as a pure state machine. What the vendor says comes by three ways that know
 * nothing of each other: the answer to the create request, callbacks, and the media connection. Any of them
 * may come first, twice, or never; the first verdict stands.
 */
export interface Attempt {
  readonly ids: CallIds
  readonly ringing: boolean
  readonly answered: boolean
  /** The media connection stands. */
  readonly connected: boolean
  readonly verdict: Verdict | null
}

export type Verdict =
  | { readonly type: 'live' }
  | {
      readonly type: 'failed'
      readonly callStatus: NetworkStatus
      readonly code: number | null
      readonly message: string
      /** The vendor may have a call of ours that nobody wants any more. */
      readonly hangUp: boolean
    }

export type AttemptEvent =
  | { readonly type: 'created'; readonly id: string }
  | ({ readonly type: 'reported' } & CallReport)
  | { readonly type: 'connected'; readonly ids: CallIds }
  | { readonly type: 'disconnected' }
  | { readonly type: 'gave_up'; readonly why: GiveUp }

/** Why we do not wait any longer. */
export type GiveUp = 'cancelled' | 'ring_timeout' | 'no_sign' | 'no_audio' | 'unusable_audio'

export const freshAttempt: Attempt = {
  ids: { placed: null, live: null },
  ringing: false,
  answered: false,
  connected: false,
  verdict: null,
}

const giveUps: Readonly<Record<GiveUp, { callStatus: NetworkStatus; message: string }>> = {
  cancelled: { callStatus: 'cancelled', message: 'The call was cancelled before it was answered' },
  ring_timeout: { callStatus: 'no-answer', message: 'Nobody answered in time' },
  no_sign: { callStatus: 'failed', message: 'The carrier did not say what became of the call' },
  no_audio: { callStatus: 'failed', message: 'The callee answered, but the carrier connected no audio' },
  unusable_audio: { callStatus: 'failed', message: 'The carrier sends audio that is not µ-law at 8 kHz' },
}

export function advanceAttempt(
  attempt: Attempt,
  event: AttemptEvent,
  { answeredBy }: VendorCapabilities,
): Attempt {
  if (attempt.verdict !== null) return { ...attempt, ids: merge(attempt.ids, idsIn(event)) }
  const known = { ...attempt, ids: merge(attempt.ids, idsIn(event)) }
  switch (event.type) {
    case 'created':
      return known
    case 'reported':
      return settle(afterNews(known, event))
    case 'connected':
      return settle({ ...known, connected: true, answered: known.answered || answeredBy === 'stream' })
    case 'disconnected':
      return { ...known, connected: false }
    case 'gave_up':
      return { ...known, verdict: { type: 'failed', ...giveUps[event.why], code: null, hangUp: true } }
  }
}

function afterNews(attempt: Attempt, { news }: CallReport): Attempt {
  switch (news.type) {
    case 'placed':
      return attempt
    case 'ringing':
      return { ...attempt, ringing: true }
    case 'answered':
      return { ...attempt, answered: true }
    case 'ended': {
      const cutShort = news.callStatus === 'completed'
      const message = cutShort ? 'The call ended before its audio was connected' : news.meaning
      const callStatus = cutShort ? 'failed' : news.callStatus
      return {
        ...attempt,
        verdict: { type: 'failed', callStatus, code: news.code, message, hangUp: false },
      }
    }
  }
}

function settle(attempt: Attempt): Attempt {
  const isLive = attempt.verdict === null && attempt.answered && attempt.connected
  return isLive ? { ...attempt, verdict: { type: 'live' } } : attempt
}

const noIds: CallIds = { placed: null, live: null }

function idsIn(event: AttemptEvent): CallIds {
  if (event.type === 'created') return { placed: event.id, live: null }
  return event.type === 'reported' || event.type === 'connected' ? event.ids : noIds
}

/** The first name of a kind stands. */
function merge(known: CallIds, told: CallIds): CallIds {
  return { placed: known.placed ?? told.placed, live: known.live ?? told.live }
}
