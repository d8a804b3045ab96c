import { expect, test } from 'vitest'
import { createReceiverMeter } from './receiver-meter.ts'

const silence = new Uint8Array(160).fill(0xff)
const voice = Uint8Array.from({ length: 160 }, (_, at) => (at % 8 < 4 ? 0x20 : 0xa0))

test('tells gaps and the borders of the voice', () => {
  const meter = createReceiverMeter(1_000)
  for (let at = 0; at < 100; at += 1) {
    const late = at === 50 ? 15 : 0
    meter.received(at >= 10 && at < 90 ? voice : silence, 1_000 + at * 20 + late)
  }
  const { frames, gapP50Ms, gapP99Ms, gapMaxMs, firstVoiceMs, lastVoiceToEndMs } = meter.summary(3_000)
  expect(frames).toBe(100)
  expect(gapP50Ms).toBeCloseTo(20, 0)
  expect(gapP99Ms).toBeGreaterThanOrEqual(20)
  expect(gapMaxMs).toBe(35)
  expect(firstVoiceMs).toBe(200)
  expect(lastVoiceToEndMs).toBe(3_000 - (1_000 + 89 * 20))
})

test('a call without a packet has no measurements', () => {
  const none = createReceiverMeter(0).summary(500)
  expect(none).toEqual({
    frames: 0,
    gapP50Ms: null,
    gapP99Ms: null,
    gapMaxMs: null,
    firstVoiceMs: null,
    lastVoiceToEndMs: null,
  })
})
