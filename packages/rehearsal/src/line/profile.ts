/** What a line does to packets, each direction by itself. Shares are 0–1, times milliseconds. */
export interface LineProfile {
  readonly loss: number
  readonly duplication: number
  /** Share of packets held back by `reorderMs`, so that later ones overtake them. */
  readonly reordering: number
  readonly reorderMs: number
  /** Every packet takes this long, and up to `jitterMs` longer. */
  readonly delayMs: number
  readonly jitterMs: number
}

const clean: LineProfile = { loss: 0, duplication: 0, reordering: 0, reorderMs: 0, delayMs: 0, jitterMs: 0 }

export const lineProfiles = {
  clean,
  pstn: { ...clean, delayMs: 20, jitterMs: 4, loss: 0.001 },
  lossy5: { ...clean, delayMs: 30, jitterMs: 15, loss: 0.05, reordering: 0.01, reorderMs: 45 },
  lossy20: {
    delayMs: 40,
    jitterMs: 40,
    loss: 0.2,
    duplication: 0.02,
    reordering: 0.03,
    reorderMs: 60,
  },
} as const satisfies Record<string, LineProfile>

/** Numbers in 0–1, the same for the same seed (mulberry32). */
export type Random = () => number

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * When the copies of one packet arrive: none when it is lost, two when it is duplicated. Draws the same
 * number of random values for every packet, so that one change of a profile leaves the rest of a run alone.
 */
export function fateOf(profile: LineProfile, random: Random): readonly number[] {
  const [lost, twice, held] = [random(), random(), random()]
  const [firstJitter, secondJitter] = [random(), random()]
  if (lost < profile.loss) return []
  const holdMs = held < profile.reordering ? profile.reorderMs : 0
  const first = profile.delayMs + firstJitter * profile.jitterMs + holdMs
  return twice < profile.duplication ? [first, profile.delayMs + secondJitter * profile.jitterMs] : [first]
}
