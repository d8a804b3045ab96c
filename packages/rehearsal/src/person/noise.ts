import type { Bed } from '@parley/wire/audio/mixer'

const lineRateHz = 8_000
const seconds = 2
const fullScale = 32_767

/** White noise of a peak level, the same in every call, to lie under a person's speech. */
export function noiseOf({ dbfs }: { dbfs: number }): Bed {
  const peak = fullScale * 10 ** (dbfs / 20)
  let state = 11
  const samples = Int16Array.from({ length: seconds * lineRateHz }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return (state / 2 ** 31) * peak
  })
  return { samples, gainDb: 0 }
}
