/** Quieter than this is nothing: what digital silence is told as. */
export const NOTHING_DB = -100
const NOTHING = 1e-10

/** The level of `count` samples in −1…1 from `from` on, in dB below full scale. */
export function levelDb(samples: Float32Array, from: number, count: number): number {
  let sum = 0
  for (let index = from; index < from + count; index++) sum += (samples[index] ?? 0) ** 2
  return 10 * Math.log10(sum / count + NOTHING)
}
