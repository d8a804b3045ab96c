import { decodeMulaw } from './g711.ts'

/** What `levelDbfs` answers for digital silence, where the logarithm has no value. */
export const SILENCE_DBFS = -100

/** Root mean square of 16-bit samples in dB of full scale: 0 is a full-scale square wave, −3 a full-scale sine. */
export function levelDbfs(samples: Int16Array): number {
  if (samples.length === 0) return SILENCE_DBFS
  let sum = 0
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0
    sum += sample * sample
  }
  return sum === 0
    ? SILENCE_DBFS
    : Math.max(SILENCE_DBFS, 10 * Math.log10(sum / samples.length / 32_768 ** 2))
}

/** Level of µ-law bytes, see `levelDbfs`. */
export function mulawLevelDbfs(bytes: Uint8Array): number {
  return levelDbfs(decodeMulaw(bytes))
}
