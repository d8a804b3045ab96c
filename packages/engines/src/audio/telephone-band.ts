/**
 * Whole-clause conversion of a synthesizer's PCM to the telephone's 8 kHz, at any ratio. The ratio is
 * also how a voice is bent: reading 16,000 Hz speech as if it were 17,000 Hz raises pitch and timbre
 * together, like a shorter throat. A windowed sinc, tabulated at 64 fractions of a sample.
 */

const OUTPUT_RATE_HZ = 8000
/** Just under the Nyquist frequency; a telephone carries up to 3,400 Hz. */
const CUTOFF_HZ = 3600
const FRACTIONS = 64
/** Zero crossings of the sinc on each side. */
const CROSSINGS = 10

/** `sampleRateHz` is the rate the samples are to be read at. Returns samples in −1…1 at 8 kHz. */
export function toTelephoneRate(samples: Int16Array, sampleRateHz: number): Float32Array {
  const cutoff = Math.min(1, (2 * CUTOFF_HZ) / sampleRateHz)
  const reach = Math.ceil(CROSSINGS / cutoff)
  const kernels = tabulate(cutoff, reach)
  const step = sampleRateHz / OUTPUT_RATE_HZ
  const output = new Float32Array(Math.floor(samples.length / step))
  for (let index = 0; index < output.length; index++) {
    const at = index * step
    const whole = Math.floor(at)
    const kernel = kernels[Math.floor((at - whole) * FRACTIONS)]
    if (kernel) output[index] = convolve(samples, kernel, whole - reach + 1) / 32_768
  }
  return output
}

function convolve(samples: Int16Array, kernel: Float32Array, start: number): number {
  let sum = 0
  for (let tap = 0; tap < kernel.length; tap++) sum += (samples[start + tap] ?? 0) * (kernel[tap] ?? 0)
  return sum
}

function tabulate(cutoff: number, reach: number): Float32Array[] {
  return Array.from({ length: FRACTIONS }, (_, fraction) => {
    const kernel = new Float32Array(2 * reach)
    let sum = 0
    for (let tap = 0; tap < kernel.length; tap++) {
      const distance = tap - reach + 1 - fraction / FRACTIONS
      const window = 0.5 + 0.5 * Math.cos((Math.PI * Math.min(Math.abs(distance), reach)) / reach)
      const value = sinc(distance * cutoff) * window
      kernel[tap] = value
      sum += value
    }
    return kernel.map(value => value / sum)
  })
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}
