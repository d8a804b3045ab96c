import { expect, test } from 'vitest'
import { createReceiverMeter } from './receiver-meter.ts'

const silence = new Uint8Array(160).fill(0xff)
const voice = Uint8Array.from({ length: 160 }, (_, at) => (at % 8 < 4 ? 0x20 : 0xa0))

test('tells the borders of the voice', () => {
  const meter = createReceiverMeter(1_000)
  for (let at = 0; at < 100; at += 1) {
    meter.received(at >= 10 && at < 90 ? voice : silence, 1_000 + at * 20)
  }
  expect(meter.summary(3_000)).toEqual({
    frames: 100,
    firstVoiceMs: 200,
    lastVoiceToEndMs: 3_000 - (1_000 + 89 * 20),
  })
})

test('a call without a packet has no measurements', () => {
  expect(createReceiverMeter(0).summary(500)).toEqual({
    frames: 0,
    firstVoiceMs: null,
    lastVoiceToEndMs: null,
  })
})
