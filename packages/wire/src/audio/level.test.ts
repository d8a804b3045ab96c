import { expect, test } from 'vitest'
import { levelDbfs, mulawLevelDbfs, SILENCE_DBFS } from './level.ts'
import { floatToPcm16, Pcm16Reader, pcm16ToBytes, pcm16ToFloat } from './pcm16.ts'
import { keypadTone, makeTone } from './tone.ts'

test('levels of what is known', () => {
  expect(levelDbfs(new Int16Array(160))).toBe(SILENCE_DBFS)
  expect(levelDbfs(new Int16Array(0))).toBe(SILENCE_DBFS)
  expect(levelDbfs(new Int16Array(160).fill(-32_768))).toBeCloseTo(0, 5)
  const sine = makeTone({ frequenciesHz: [400], durationMs: 100, sampleRateHz: 8000, amplitude: 1 })
  expect(levelDbfs(sine)).toBeCloseTo(-3.01, 1)
  expect(mulawLevelDbfs(new Uint8Array(160).fill(0xff))).toBe(SILENCE_DBFS)
})

test('the keypad of Q.23', () => {
  expect(keypadTone('1')).toEqual([697, 1209])
  expect(keypadTone('5')).toEqual([770, 1336])
  expect(keypadTone('#')).toEqual([941, 1477])
  expect(keypadTone('D')).toEqual([941, 1633])
  expect(keypadTone('x')).toBeUndefined()
  expect(keypadTone('')).toBeUndefined()
})

test('samples survive bytes that are cut anywhere, and floats', () => {
  const samples = Int16Array.of(0, 1, -1, 32_767, -32_768, 258)
  const bytes = pcm16ToBytes(samples)
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new Pcm16Reader()
    expect([...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]).toEqual([
      ...samples,
    ])
  }
  expect(floatToPcm16(pcm16ToFloat(samples))).toEqual(samples)
  expect(floatToPcm16(Float32Array.of(2, -2))).toEqual(Int16Array.of(32_767, -32_768))
})
