import { expect, test } from 'vitest'
import { program } from '../../packages/wire/test/program.ts'
import { clickAt, putClick } from './click.ts'
import { driftOf } from './drift.ts'
import { longCall } from './long-call.ts'
import { longCallFaults } from './long-run.ts'

const sipp = program('sipp')

/** Clicks once a second, and their replies 80 ms later by a clock that is `ppm` faster. */
function channels(seconds: number, ppm: number): { heard: Int16Array; played: Int16Array } {
  const heard = new Int16Array(seconds * 8_000)
  const played = new Int16Array(seconds * 8_000)
  for (let at = 400; at < played.length - 4_000; at += 8_000) {
    played.fill(20_000, at, at + 40)
    const reply = Math.round((at + 640) * (1 + ppm / 1e6))
    heard.fill(20_000, reply, reply + 40)
  }
  return { heard, played }
}

test.each([
  [0, 0],
  [100, 9],
  [-200, 18],
])('channels that run apart at %i ppm have drifted %i ms after 100 s', (ppm, ms) => {
  const { clicks, replies, driftMs } = driftOf(channels(100, ppm))
  expect([clicks, replies]).toEqual([100, 100])
  expect(Math.abs(driftMs - ms)).toBeLessThan(2)
})

test('a reply that never came is no pair', () => {
  const { heard, played } = channels(20, 0)
  heard.fill(0, 5 * 8_000, 7 * 8_000)
  expect(driftOf({ heard, played })).toMatchObject({ clicks: 20, replies: 18 })
})

test('a click is found where it was put', () => {
  const frame = new Uint8Array(160).fill(0xff)
  expect(clickAt(frame)).toBeUndefined()
  putClick(frame, 60)
  expect(clickAt(frame)).toBe(60)
})

test.skipIf(sipp === undefined)(
  'a long call in short: changed, refreshed, recorded without drift, and nothing grows',
  { timeout: 60_000 },
  async () => {
    const order = { seconds: 24, reinviteSeconds: 6, sessionSeconds: 8, ppm: 1_500 }
    const result = await longCall({ ...order, sippPath: sipp ?? '' })
    expect(longCallFaults(order, result)).toEqual([])
    expect(result.reinvites).toBeGreaterThanOrEqual(3)
  },
)
