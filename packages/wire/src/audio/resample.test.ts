import { expect, test } from 'vitest'
import { levelDbfs } from './level.ts'
import { resample, Resampler } from './resample.ts'
import { makeTone } from './tone.ts'

const pairs = [
  [8000, 16_000],
  [16_000, 8000],
  [8000, 24_000],
  [24_000, 8000],
  [8000, 48_000],
  [48_000, 8000],
  [16_000, 24_000],
  [24_000, 16_000],
  [16_000, 48_000],
  [48_000, 24_000],
  [22_050, 8000],
] as const

test.each(pairs)('%i Hz to %i Hz: a tone stays the tone', (fromHz, toHz) => {
  const tone = { frequenciesHz: [1000], durationMs: 500, amplitude: 0.5 }
  const got = resample(makeTone({ ...tone, sampleRateHz: fromHz }), fromHz, toHz)
  const wanted = makeTone({ ...tone, sampleRateHz: toHz })
  expect(got.length).toBe(wanted.length)
  const inner = { from: toHz / 20, to: got.length - toHz / 20 }
  const error = wanted.map((sample, i) => sample - got[i]!).slice(inner.from, inner.to)
  // Rates that do not divide shift the tone by a part of a sample, which is no distortion.
  expect(levelDbfs(error) - levelDbfs(wanted)).toBeLessThan(fromHz === 22_050 ? -10 : -50)
})

test.each([
  [16_000, 8000, 6000],
  [24_000, 8000, 7000],
  [48_000, 8000, 9000],
  [48_000, 16_000, 12_000],
])('%i Hz to %i Hz: %i Hz does not fold back', (fromHz, toHz, frequencyHz) => {
  const tone = makeTone({
    frequenciesHz: [frequencyHz],
    durationMs: 500,
    sampleRateHz: fromHz,
    amplitude: 0.5,
  })
  const got = resample(tone, fromHz, toHz)
  expect(levelDbfs(got.slice(200, -200))).toBeLessThan(levelDbfs(tone) - 55)
})

test('however the input is cut, the output is the same', () => {
  const input = makeTone({ frequenciesHz: [440, 1234], durationMs: 300, sampleRateHz: 24_000 })
  const whole = new Resampler(24_000, 8000).push(input)
  const cut = new Resampler(24_000, 8000)
  const pieces: number[] = []
  for (let at = 0, size = 1; at < input.length; at += size, size = (size * 7 + 3) % 500)
    pieces.push(...cut.push(input.slice(at, at + size)))
  expect(pieces).toEqual([...whole])
})

test('a frame of 20 ms gives a frame of 20 ms, each time', () => {
  const up = new Resampler(8000, 16_000)
  const down = new Resampler(24_000, 8000)
  for (let i = 0; i < 50; i++) {
    expect(up.push(new Int16Array(160)).length).toBe(320)
    expect(down.push(new Int16Array(480)).length).toBe(160)
  }
})

test('full scale is clipped, not wrapped', () => {
  const square = Int16Array.from({ length: 4000 }, (_, i) => (i % 80 < 40 ? 32_767 : -32_768))
  const got = resample(square, 8000, 16_000)
  expect(got.every((sample, i) => i < 40 || i > 7960 || Math.abs(sample - got[i - 1]!) < 40_000)).toBe(true)
})

test('rates that make no sense are refused', () => {
  expect(() => new Resampler(0, 8000)).toThrow(RangeError)
  expect(() => new Resampler(8000, 44_101)).toThrow(RangeError)
})
