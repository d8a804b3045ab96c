import { describe, expect, test } from 'vitest'
import { decodeMulaw, encodeMulaw } from './g711.ts'
import { KeypadDetector } from './keypad-detector.ts'
import { keypadTone, makeTone } from './tone.ts'

const KEYS = '123A456B789C*0#D'

interface Press {
  toneMs?: number
  gapMs?: number
  amplitude?: number
  /** Of the column against the row, in dB. */
  twistDb?: number
  /** Both frequencies, in parts. */
  detune?: number
}

/** The samples of keys pressed, over µ-law as on a line. */
function keys(digits: string, press: Press = {}): Int16Array {
  const { toneMs = 50, gapMs = 50, amplitude = 0.2, twistDb = 0, detune = 0 } = press
  const parts: number[] = []
  for (const digit of digits) {
    const [row, column] = keypadTone(digit)!.map(frequency => frequency * (1 + detune)) as [number, number]
    const side = (frequencyHz: number, loudness: number): Int16Array =>
      makeTone({ frequenciesHz: [frequencyHz], durationMs: toneMs, sampleRateHz: 8000, amplitude: loudness })
    const low = side(row, amplitude)
    const high = side(column, amplitude * 10 ** (twistDb / 20))
    low.forEach((sample, i) => parts.push(sample + high[i]!))
    for (let i = 0; i < gapMs * 8; i++) parts.push(0)
  }
  return decodeMulaw(encodeMulaw(Int16Array.from(parts)))
}

function heard(samples: Int16Array, chunk = 160): string {
  let found = ''
  const detector = new KeypadDetector(key => (found += key))
  for (let at = 0; at < samples.length; at += chunk) detector.push(samples.subarray(at, at + chunk))
  return found
}

describe('what a receiver must accept (Q.24)', () => {
  test.each<[string, Press]>([
    ['50 ms on, 50 ms off', {}],
    ['40 ms on, 40 ms off', { toneMs: 40, gapMs: 45 }],
    ['long', { toneMs: 700 }],
    ['quiet', { amplitude: 0.008 }],
    ['loud', { amplitude: 0.49 }],
    ['a louder column', { twistDb: 3.5 }],
    ['a quieter column', { twistDb: -7 }],
    ['1.5 % too high', { detune: 0.015 }],
    ['1.5 % too low', { detune: -0.015 }],
  ])('%s', (_, press) => {
    expect(heard(keys(KEYS, press))).toBe(KEYS)
  })

  test('however the blocks fall, and the same key again and again', () => {
    for (let shift = 0; shift < 102; shift += 7) {
      const samples = Int16Array.from([...new Int16Array(shift), ...keys('5550#')])
      expect(heard(samples, 33)).toBe('5550#')
    }
  })
})

describe('what is no key', () => {
  test.each<[string, Press]>([
    ['too short', { toneMs: 20 }],
    ['far too much twist', { twistDb: 9 }],
    ['off by 4 %', { detune: 0.04 }],
    ['below hearing', { amplitude: 0.001 }],
  ])('%s', (_, press) => {
    expect(heard(keys(KEYS, press))).toBe('')
  })

  test('one tone alone, noise, and a voice with all its harmonics', () => {
    for (const frequencyHz of [697, 941, 1209, 1477, 1000])
      expect(heard(makeTone({ frequenciesHz: [frequencyHz], durationMs: 300, sampleRateHz: 8000 }))).toBe('')
    let state = 1
    const noise = Int16Array.from({ length: 80_000 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
      return state >> 18
    })
    expect(heard(noise)).toBe('')
    for (let pitchHz = 80; pitchHz < 300; pitchHz += 1) {
      const harmonics = Array.from({ length: Math.floor(3400 / pitchHz) }, (_, i) => pitchHz * (i + 1))
      const voice = makeTone({
        frequenciesHz: harmonics,
        durationMs: 100,
        sampleRateHz: 8000,
        amplitude: 0.5 / harmonics.length,
      })
      expect(heard(voice)).toBe('')
    }
  })
})

test('a key held down over lost packets, which fading repetitions replace, is one key', () => {
  for (const key of KEYS) {
    const samples = keys(key, { toneMs: 400 })
    for (const at of [800, 1600, 2400])
      for (let i = at; i < at + 160; i++) samples[i] = Math.round(0.7 * (samples[i - 160] ?? 0))
    expect(heard(samples)).toBe(key)
  }
})
