import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { G722Decoder, G722Encoder } from './g722.ts'
import { makeTone } from './tone.ts'

/** Whole numbers only, so that every machine makes the same: noise that swells and stops, and a full-scale square wave. */
function testSignal(): Int16Array {
  let state = 12_345
  return Int16Array.from({ length: 16_000 }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    if (i >= 12_000 && i < 12_400) return i % 8 < 4 ? 32_767 : -32_768
    const loudness = i % 4000 < 3000 ? i % 1000 : 0
    return Math.trunc(((state >> 16) * loudness) / 1000)
  })
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test('bit for bit what SpanDSP 0.0.6 makes of the same signal, both ways', () => {
  const coded = new G722Encoder().encode(testSignal())
  expect(digest(coded)).toBe('287b5ad76e8b292416cccfc65f2b71356eead4c6177bf6b82b2545a10302d7f2')
  const samples = new G722Decoder().decode(coded)
  expect(digest(new Uint8Array(samples.buffer))).toBe(
    '413dedbd3fc720ec5d77d587d9c5863fd7c8c5180e4fd0c7ac64ae594f315afd',
  )
})

test('silence becomes silence', () => {
  const samples = new G722Decoder().decode(new G722Encoder().encode(new Int16Array(800)))
  expect(samples.every(sample => Math.abs(sample) < 16)).toBe(true)
})

test.each([300, 1000, 3000])('a tone of %i Hz comes back with little noise', frequencyHz => {
  const tone = makeTone({ frequenciesHz: [frequencyHz], durationMs: 500, sampleRateHz: 8000 })
  const back = new G722Decoder().decode(new G722Encoder().encode(tone))
  let signal = 0
  let noise = 0
  tone.forEach((sample, i) => {
    if (i < 400) return
    signal += sample ** 2
    noise += (sample - (back[i] ?? 0)) ** 2
  })
  expect(10 * Math.log10(signal / noise)).toBeGreaterThan(30)
})

test('after lost frames the decoder finds back by itself', () => {
  const tone = makeTone({ frequenciesHz: [400], durationMs: 1000, sampleRateHz: 8000 })
  const coded = new G722Encoder().encode(tone)
  const decoder = new G722Decoder()
  decoder.decode(coded.subarray(0, 3200))
  const back = decoder.decode(coded.subarray(3680))
  const error = back.subarray(1600).map((sample, i) => sample - (tone[3680 + 1600 + i] ?? 0))
  expect(Math.max(...error.map(Math.abs))).toBeLessThan(600)
})
