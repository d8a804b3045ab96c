import { seededRandom } from '../../packages/rehearsal/src/line/profile.ts'

/** Chance that can be repeated: the same seed gives the same choices. */
export interface Dice {
  /** An integer from `least` up to `most`, both included. */
  between(least: number, most: number): number
  oneOf<T>(choices: readonly [T, ...T[]]): T
}

export function diceOf(seed: number): Dice {
  const random = seededRandom(seed)
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1))
  return { between, oneOf: choices => choices[between(0, choices.length - 1)] ?? choices[0] }
}
