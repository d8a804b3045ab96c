import type { CallEventBody } from '@parley/contract/events'
import type { LineQuality, OneWayCause } from '@parley/contract/line-quality'
import type { Leg, LegStats } from '../telephony/port.ts'

/** With the line's own 4 s of doubt a dead direction is told within five. */
const lookEveryMs = 500

export interface LineWatch {
  /** Stops watching, and gives the figures of the whole call. */
  close(): LineQuality
}

/** Reports when one direction of a line dies, with the likely cause, and when both flow again. */
export function watchLine(
  leg: Pick<Leg, 'stats' | 'positionMs'>,
  report: (event: CallEventBody) => void,
): LineWatch {
  let now: OneWayCause | null = null
  let latest: OneWayCause | null = null
  const look = (): void => {
    const { oneWay } = leg.stats()
    if (oneWay === now) return
    now = oneWay
    latest = oneWay ?? latest
    report({ type: 'one_way_audio', cause: oneWay, at_ms: Math.round(leg.positionMs) })
  }
  const timer = setInterval(look, lookEveryMs)
  return {
    close() {
      clearInterval(timer)
      return qualityOf(leg.stats(), latest)
    },
  }
}

function qualityOf(stats: LegStats, oneWay: OneWayCause | null): LineQuality {
  const { far } = stats
  return {
    packets_sent: stats.packetsSent,
    packets_received: stats.packetsReceived,
    packets_lost: stats.packetsLost,
    packets_late: stats.packetsLate,
    jitter_ms: tenths(stats.jitterMs),
    longest_gap_ms: tenths(stats.maxGapMs),
    round_trip_ms: stats.roundTripMs === null ? null : tenths(stats.roundTripMs),
    far_packets_lost: far?.packetsLost ?? null,
    far_jitter_ms: far === null ? null : tenths(far.jitterMs),
    one_way_audio: oneWay,
  }
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10
