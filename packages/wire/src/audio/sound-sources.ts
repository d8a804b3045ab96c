/**
 * Small sources of sound at 8 kHz, one sample a call, from which the background beds are made. All chance comes
 * from a seed, so that the same bed is the same on every machine.
 */
export type Source = () => number
/** Uniform from 0 to 1. */
export type Chance = () => number

const RATE_HZ = 8_000

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function noise(chance: Chance): Source {
  return () => chance() * 2 - 1
}

export function lowPass(source: Source, cutoffHz: number): Source {
  const share = 1 - Math.exp((-2 * Math.PI * cutoffHz) / RATE_HZ)
  let level = 0
  return () => (level += share * (source() - level))
}

/** A two-pole resonance whose centre may wander. */
export function resonance(bandwidthHz: number): (sample: number, centreHz: number) => number {
  const radius = Math.exp((-Math.PI * bandwidthHz) / RATE_HZ)
  let [before, last] = [0, 0]
  return (sample, centreHz) => {
    const next =
      sample + 2 * radius * Math.cos((2 * Math.PI * centreHz) / RATE_HZ) * last - radius ** 2 * before
    before = last
    last = next
    return next * (1 - radius)
  }
}

/** Goes from one random value to the next, each for a random time. */
export function wander(chance: Chance, range: { low: number; high: number; everyMs: number }): Source {
  const { low, high, everyMs } = range
  const pick = () => low + (high - low) * chance()
  const glide = 1 - Math.exp(-1 / ((everyMs / 4_000) * RATE_HZ))
  let [value, target, left] = [pick(), pick(), 0]
  return () => {
    if (--left <= 0) {
      target = pick()
      left = Math.round((everyMs / 1_000) * RATE_HZ * (0.4 + 1.2 * chance()))
    }
    return (value += glide * (target - value))
  }
}

/** Somebody who talks, without words: a voice of pulses and breath through two formants, in syllables and pauses. */
export function murmur(chance: Chance): Source {
  const pitchHz = wander(chance, { low: 95 + 90 * chance(), high: 140 + 130 * chance(), everyMs: 350 })
  const [firstHz, secondHz] = [
    wander(chance, { low: 280, high: 800, everyMs: 140 }),
    wander(chance, { low: 900, high: 2_300, everyMs: 140 }),
  ]
  const loudness = wander(chance, { low: -0.35, high: 1, everyMs: 170 })
  const talks = wander(chance, { low: -0.6, high: 1.2, everyMs: 1_800 })
  const [first, second] = [resonance(90), resonance(140)]
  let phase = 0
  return () => {
    phase += pitchHz() / RATE_HZ
    const pulse = phase >= 1 ? 12 : 0
    if (phase >= 1) phase -= 1
    const excitation = pulse + 0.15 * (chance() * 2 - 1)
    const level = Math.max(0, loudness()) * Math.min(1, Math.max(0, talks() * 3))
    return level * (first(excitation, firstHz()) + 0.6 * second(excitation, secondHz()))
  }
}

/** Short knocks in runs, as of somebody who types. */
export function typing(chance: Chance): Source {
  const busy = wander(chance, { low: -1, high: 1, everyMs: 2_500 })
  const body = resonance(900)
  let [level, left] = [0, 0]
  return () => {
    const isBusy = busy() > 0
    if (--left <= 0) {
      left = Math.round(RATE_HZ * (0.07 + 0.16 * chance()))
      if (isBusy) level = 0.5 + 0.5 * chance()
    }
    level *= 0.982
    return body(level * (chance() * 2 - 1), 2_400)
  }
}

/** Cups and spoons: rare high rings that die away. */
export function clinking(chance: Chance): Source {
  let [level, frequencyHz, phase, left] = [0, 2_500, 0, 4_000]
  return () => {
    if (--left <= 0) {
      left = Math.round(RATE_HZ * (0.3 + 2.4 * chance()))
      level = 0.3 + 0.7 * chance()
      frequencyHz = 1_900 + 1_500 * chance()
    }
    level *= 0.9985
    phase += (2 * Math.PI * frequencyHz) / RATE_HZ
    return level * (Math.sin(phase) + 0.4 * Math.sin(phase * 1.5))
  }
}

/** Cars that come and go. */
export function passing(chance: Chance): Source {
  const near = wander(chance, { low: -0.5, high: 1, everyMs: 2_600 })
  const tyres = lowPass(noise(chance), 900)
  const engine = lowPass(noise(chance), 140)
  return () => {
    const level = Math.max(0, near()) ** 2
    return level * (tyres() + 2.5 * engine())
  }
}
