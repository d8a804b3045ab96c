import type { CallEventBody } from '@parley/contract/events'
import { lineQualitySchema, oneWayCauses } from '@parley/contract/line-quality'
import { oneWayCauses as causesOfTheWire } from '@parley/wire/rtp/one-way-audio'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LegStats } from '../telephony/port.ts'
import { watchLine } from './line-watch.ts'

const flowing: LegStats = {
  packetsSent: 500,
  packetsReceived: 480,
  packetsLost: 3,
  packetsLate: 1,
  jitterMs: 4.2499,
  roundTripMs: 81.36,
  maxGapMs: 60,
  far: { packetsLost: 7, jitterMs: 2.04 },
  oneWay: null,
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a dead direction is reported once, with its cause, and so is its return', async () => {
  const told: CallEventBody[] = []
  const leg = { positionMs: 0, now: flowing, stats: (): LegStats => leg.now }
  const watch = watchLine(leg, event => told.push(event))
  await vi.advanceTimersByTimeAsync(3_000)
  expect(told).toEqual([])
  Object.assign(leg, { positionMs: 7_040.4, now: { ...flowing, oneWay: 'stopped' } })
  await vi.advanceTimersByTimeAsync(3_000)
  Object.assign(leg, { positionMs: 9_000, now: flowing })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(told).toEqual([
    { type: 'one_way_audio', cause: 'stopped', at_ms: 7_040 },
    { type: 'one_way_audio', cause: null, at_ms: 9_000 },
  ])
  const quality = watch.close()
  expect(lineQualitySchema.parse(quality)).toEqual({
    packets_sent: 500,
    packets_received: 480,
    packets_lost: 3,
    packets_late: 1,
    jitter_ms: 4.2,
    longest_gap_ms: 60,
    round_trip_ms: 81.4,
    far_packets_lost: 7,
    far_jitter_ms: 2,
    one_way_audio: 'stopped',
  })
  Object.assign(leg, { now: { ...flowing, oneWay: 'not_heard' } })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(told).toHaveLength(2)
})

test('what was never told is null', () => {
  const leg = { positionMs: 0, stats: () => ({ ...flowing, roundTripMs: null, far: null }) }
  expect(watchLine(leg, () => undefined).close()).toMatchObject({
    round_trip_ms: null,
    far_packets_lost: null,
    far_jitter_ms: null,
    one_way_audio: null,
  })
})

test('the API knows every cause that the line can tell', () => {
  expect(causesOfTheWire).toEqual(oneWayCauses)
})
