/** Sine tones as 16-bit samples, for keypad digits, test signals and beeps. */

export interface Tone {
  /** Sounding together; two of them make a keypad digit. */
  frequenciesHz: readonly number[]
  durationMs: number
  sampleRateHz: number
  /** Peak of each single sine, 0–1 of full scale. Default 0.25. */
  amplitude?: number
}

/** The samples of a tone; frequencies at or above half the sample rate can not be represented and throw. */
export function makeTone({ frequenciesHz, durationMs, sampleRateHz, amplitude = 0.25 }: Tone): Int16Array {
  if (frequenciesHz.some(frequency => frequency >= sampleRateHz / 2))
    throw new RangeError('a tone must lie below half the sample rate')
  const samples = new Int16Array(Math.round((durationMs * sampleRateHz) / 1000))
  for (let i = 0; i < samples.length; i++) {
    let sum = 0
    for (const frequency of frequenciesHz) sum += Math.sin((2 * Math.PI * frequency * i) / sampleRateHz)
    samples[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum * amplitude * 32_767)))
  }
  return samples
}

const ROWS_HZ = [697, 770, 852, 941]
const COLUMNS_HZ = [1209, 1336, 1477, 1633]
const KEYPAD = '123A456B789C*0#D'

/** The two frequencies of a keypad digit (ITU-T Q.23), or undefined where the character is no digit. */
export function keypadTone(digit: string): readonly [number, number] | undefined {
  const key = digit.length === 1 ? KEYPAD.indexOf(digit) : -1
  const row = ROWS_HZ[key >> 2]
  const column = COLUMNS_HZ[key & 3]
  return key < 0 || row === undefined || column === undefined ? undefined : [row, column]
}
