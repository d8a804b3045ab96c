/**
 * Changes the sample rate of speech as it streams: a polyphase FIR (windowed sinc, Kaiser). For a ratio of
 * L up to M down, the filter of L × taps coefficients is cut into L phases, and each output sample is one
 * phase against the newest input. State is kept between chunks, so the cuts can not be heard.
 */
import { clip16 } from './pcm16.ts'

/** Taps per phase at the lower rate: 24 give over 60 dB of stop band, and delay speech by 1.5 ms at 8 kHz. */
const TAPS = 24
/** Kaiser's shape for about 65 dB. */
const KAISER_BETA = 6.2
/** The filter is −6 dB at this share of the lower Nyquist frequency. */
const CUTOFF = 0.92
/** Guards against rates without a common divisor, whose table would be huge. */
const MOST_PHASES = 2000

export class Resampler {
  readonly #up: number
  readonly #down: number
  readonly #taps: number
  /** Phase after phase, each with its coefficients in the order of the input. */
  readonly #phases: Float64Array
  /** The last `taps − 1` inputs, then the present chunk. */
  #line: Float64Array
  /** Where the next output lies, in steps of 1/up input samples from the start of the present chunk. */
  #next = 0

  constructor(fromHz: number, toHz: number) {
    if (!(Number.isInteger(fromHz) && Number.isInteger(toHz) && fromHz > 0 && toHz > 0))
      throw new RangeError('sample rates are whole numbers of Hz')
    const common = greatestCommonDivisor(fromHz, toHz)
    this.#up = toHz / common
    this.#down = fromHz / common
    if (this.#up > MOST_PHASES) throw new RangeError(`can not resample ${fromHz} Hz to ${toHz} Hz`)
    this.#taps = fromHz === toHz ? 1 : 2 * Math.ceil((TAPS * Math.max(1, fromHz / toHz)) / 2)
    this.#phases = makePhases(this.#up, this.#taps, Math.min(1, toHz / fromHz))
    this.#line = new Float64Array(this.#taps - 1)
  }

  /** The samples at the new rate that this chunk completes: on average `input.length × to / from`. */
  push(input: Int16Array): Int16Array {
    const line = this.#extend(input)
    const end = input.length * this.#up
    const count = this.#next >= end ? 0 : Math.ceil((end - this.#next) / this.#down)
    const output = new Int16Array(count)
    for (let i = 0; i < count; i++, this.#next += this.#down)
      output[i] = clip16(this.#sampleAt(line, this.#next))
    this.#next -= end
    this.#line = line.slice(line.length - (this.#taps - 1))
    return output
  }

  /** What is still in the filter at the end of a stream: push this many zeros and the last sample is out. */
  get delaySamples(): number {
    return this.#taps >> 1
  }

  #extend(input: Int16Array): Float64Array {
    const line = new Float64Array(this.#taps - 1 + input.length)
    line.set(this.#line)
    line.set(input, this.#taps - 1)
    return line
  }

  #sampleAt(line: Float64Array, position: number): number {
    const at = Math.floor(position / this.#up)
    const phase = (position - at * this.#up) * this.#taps
    let sum = 0
    for (let k = 0; k < this.#taps; k++) sum += (line[at + k] ?? 0) * (this.#phases[phase + k] ?? 0)
    return sum
  }
}

/** Resamples a whole clip, aligned: the first sample stays the first, and the length is exact. */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return samples.slice()
  const resampler = new Resampler(fromHz, toHz)
  const padded = new Int16Array(samples.length + resampler.delaySamples + 1)
  padded.set(samples)
  const output = resampler.push(padded)
  const delay = Math.round((resampler.delaySamples * toHz) / fromHz)
  return output.slice(delay, delay + Math.round((samples.length * toHz) / fromHz))
}

/** `ratio`: lower rate over input rate, at most 1. Each phase is scaled to pass a constant unchanged. */
function makePhases(up: number, taps: number, ratio: number): Float64Array {
  const phases = new Float64Array(up * taps)
  const centre = taps / 2
  const cutoff = taps === 1 ? 1 : CUTOFF * ratio
  for (let phase = 0; phase < up; phase++) {
    let sum = 0
    for (let k = 0; k < taps; k++) {
      const distance = taps === 1 ? 0 : centre - 1 - k + phase / up
      const value = sinc(cutoff * distance) * kaiser(distance / centre)
      phases[phase * taps + k] = value
      sum += value
    }
    for (let k = 0; k < taps; k++) phases[phase * taps + k] = (phases[phase * taps + k] ?? 0) / sum
  }
  return phases
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA)
}

function besselI0(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
