import { describe, expect, test } from 'vitest'
import { decodeMulaw, encodeMulaw } from './g711.ts'
import { LineToneDetector, MIXED } from './line-tones.ts'
import { makeTone } from './tone.ts'

interface Heard {
  hz: number
  fromMs: number
  toMs: number
}

const silence = (ms: number): Int16Array => new Int16Array(ms * 8)
const tone = (ms: number, hz: readonly number[], amplitude = 0.2): Int16Array =>
  makeTone({ frequenciesHz: hz, durationMs: ms, sampleRateHz: 8000, amplitude })

/** What is heard of these parts one after the other, over µ-law as on a line, `shift` samples late. */
function heard(parts: readonly Int16Array[], { shift = 0, noise = 0 } = {}): Heard[] {
  const plain = Int16Array.from([...new Int16Array(shift), ...parts.flatMap(part => [...part])])
  let state = 7
  const noisy = plain.map(sample => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return sample + (state / 2 ** 31) * noise
  })
  const line = decodeMulaw(encodeMulaw(noisy))
  const found: Heard[] = []
  const detector = new LineToneDetector((hz, fromMs, toMs) => found.push({ hz, fromMs, toMs }))
  for (let at = 0; at + 160 <= line.length; at += 160) detector.push(line.subarray(at, at + 160), at / 8)
  return found
}

describe('a single tone', () => {
  test.each([350, 425, 440, 500, 620, 780, 913.8, 985.2, 1000, 1400, 1776.7, 2000, 2100])(
    'of %d Hz, wherever the blocks fall',
    hz => {
      for (let shift = 0; shift < 160; shift += 23) {
        const [one, ...more] = heard([silence(200), tone(400, [hz]), silence(200)], { shift })
        expect(more).toEqual([])
        expect(Math.abs((one?.hz ?? 0) - hz)).toBeLessThan(8)
        expect(Math.abs((one?.fromMs ?? 0) - 200 - shift / 8)).toBeLessThanOrEqual(21)
        expect(Math.abs((one?.toMs ?? 0) - 600 - shift / 8)).toBeLessThanOrEqual(21)
      }
    },
  )

  test.each([
    ['quiet', 0.01, 0],
    ['loud', 0.7, 0],
    ['in noise 17 dB below it', 0.2, 1_100],
  ])('%s', (_, amplitude, noise) => {
    const found = heard([silence(100), tone(400, [1000], amplitude), silence(100)], { noise })
    expect(found).toHaveLength(1)
    expect(found[0]?.hz).toBeGreaterThan(990)
    expect(found[0]?.hz).toBeLessThan(1010)
  })

  test('one after the other are told apart', () => {
    const found = heard([tone(330, [950]), tone(330, [1400]), tone(330, [1800]), silence(200)])
    expect(found.map(({ hz }) => Math.round(hz / 50) * 50)).toEqual([950, 1400, 1800])
  })

  test('that does not end is told of every five seconds', () => {
    const found = heard([tone(11_000, [425])])
    expect(found.map(({ toMs }) => toMs)).toEqual([5_000, 10_000])
  })
})

test.each([
  [480, 620],
  [440, 480],
  [400, 450],
])('two tones together, %d and %d Hz', (low, high) => {
  for (let shift = 0; shift < 160; shift += 31) {
    const found = heard([silence(100), tone(500, [low, high]), silence(100)], { shift })
    expect(found).toHaveLength(1)
    expect(found[0]?.hz === MIXED || Math.abs((found[0]?.hz ?? 0) - 450) < 50).toBe(true)
    expect(Math.abs((found[0]?.fromMs ?? 0) - 100 - shift / 8)).toBeLessThanOrEqual(30)
    expect(Math.abs((found[0]?.toMs ?? 0) - 600 - shift / 8)).toBeLessThanOrEqual(30)
  }
})

describe('no tone', () => {
  test('silence, noise, a click and a sound that is too short', () => {
    expect(heard([silence(1_000)], { noise: 3_000 })).toEqual([])
    expect(heard([silence(500), tone(50, [1000]), silence(500)])).toEqual([])
    expect(heard([silence(500), tone(400, [1000], 0.003), silence(500)])).toEqual([])
  })

  test('a voice with its harmonics, at any pitch', () => {
    for (let pitchHz = 80; pitchHz < 400; pitchHz += 5) {
      const harmonics = Array.from({ length: Math.floor(3400 / pitchHz) }, (_, i) => pitchHz * (i + 1))
      expect(heard([tone(300, harmonics, 0.6 / harmonics.length)])).toEqual([])
    }
  })

  test('a whistle that glides', () => {
    const samples = new Int16Array(8_000)
    let phase = 0
    for (let i = 0; i < samples.length; i++) {
      phase += (2 * Math.PI * (750 + i / 8)) / 8_000
      samples[i] = 8_000 * Math.sin(phase)
    }
    expect(heard([samples])).toEqual([])
  })
})
