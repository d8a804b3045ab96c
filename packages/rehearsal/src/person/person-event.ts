import type { MediaStats } from '@parley/wire/rtp/media-stats'
import type { Reception } from './receiver-meter.ts'

/**
 * The log of a simulated person, one JSON object a line. `call` is the SIP Call-ID. `at_ms` counts from
 * the moment the person picked up and is null before.
 */
export type PersonEvent = { call: string; time: string; at_ms: number | null } & PersonEventBody

export type PersonEventBody =
  | { event: 'rang'; persona: string; from: string; dialled: string }
  | { event: 'challenged'; status: number }
  | { event: 'refused'; status: number }
  | { event: 'cancelled' }
  | { event: 'answered'; codec: string }
  | { event: 'agent_speech'; speaking: boolean }
  /** Empty text: speech the ears could not make out. */
  | { event: 'heard'; text: string; start_ms: number; end_ms: number }
  | { event: 'said'; text: string; interrupting: boolean; start_ms: number }
  | { event: 'beeped' }
  | { event: 'pressed'; digits: string }
  | { event: 'digit'; digit: string }
  | { event: 'line_silent'; since_ms: number }
  | { event: 'vanished' }
  | { event: 'trouble'; detail: string }
  | ({ event: 'ended' } & CallEnd)

/** What the person's socket saw (gaps are those between packets, in the media thread), and what was heard. */
export interface CallEnd {
  by: 'agent' | 'person' | 'line'
  reason: string
  duration_ms: number
  reception: Reception &
    Pick<MediaStats, 'received' | 'lost' | 'late' | 'jitterMs' | 'gapP50Ms' | 'gapP99Ms' | 'maxGapMs'>
}

/** Writes to the log of one call. Without a time: before the person picked up. */
export type Note = (body: PersonEventBody, atMs?: number) => void
