/**
 * Hears pure tones on a line: the beep of an answering machine, the tones by which networks tell the progress of a
 * call (ITU-T E.180), the three rising ones before an announcement (Q.35), the whistle of a fax. One frequency must
 * hold nearly all the energy and stay where it is, which no voice does for long. Networks also mix two low tones;
 * those are known by the band that they stay in and by their steady level.
 *
 * A bank of Goertzel filters 50 Hz apart measures each 20 ms: orthogonal over 160 samples, so that their powers add
 * up to the energy of the block. Nothing is allocated after construction.
 */
const SAMPLE_RATE_HZ = 8000
const BLOCK_SAMPLES = 160
const BLOCK_MS = 20
const STEP_HZ = SAMPLE_RATE_HZ / BLOCK_SAMPLES
const LOWEST_HZ = 300
const HIGHEST_HZ = 2300
const BINS = (HIGHEST_HZ - LOWEST_HZ) / STEP_HZ + 1
/** Networks mix their tones of 350 to 620 Hz. */
const MIXED_UP_TO_HZ = 700
const MIXED_BINS = (MIXED_UP_TO_HZ - LOWEST_HZ) / STEP_HZ + 1
/** Below −45 dBFS a tone is crosstalk. */
const LEAST_ENERGY = BLOCK_SAMPLES * 184 ** 2
/** Share of a block's energy in one tone, in a mixture, and in a tone that ends within the block. */
const SINGLE_SHARE = 0.85
const MIXED_SHARE = 0.85
const FADING_SHARE = 0.4
/** A mixture keeps its level, in power. */
const STEADY = 3
/** How far a tone may move from block to block and still be the same: line echo and noise shift the estimate. */
const DRIFT = 0.02
const LEAST_DRIFT_HZ = 12
const SHORTEST_BLOCKS = 4
/** A tone that does not end is told of after so long, and again. */
const LONGEST_BLOCKS = 250
/** A tone of amplitude a has the power (a · N / 2)², and the energy a² · N / 2. */
const POWER_PER_ENERGY = BLOCK_SAMPLES / 2

/** What stands for the frequency of two tones together. */
export const MIXED = 0
const NONE = -1

const coefficientOf = (frequencyHz: number): number =>
  2 * Math.cos((2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ)
const COEFFICIENTS = Float64Array.from({ length: BINS }, (_, bin) => coefficientOf(LOWEST_HZ + bin * STEP_HZ))

/** Times are those given to `push`. */
export type ToneListener = (frequencyHz: number, fromMs: number, toMs: number) => void

export class LineToneDetector {
  readonly #powers = new Float64Array(BINS)
  readonly #onTone: ToneListener
  /** The tone that sounds, as it began. */
  #toneHz = NONE
  #toneEnergy = 0
  #blocks = 0
  #fromMs = 0
  #toMs = 0

  /** `onTone` hears of each tone of 80 ms and more once, at its end. */
  constructor(onTone: ToneListener) {
    this.#onTone = onTone
  }

  /** One frame of 160 linear samples at 8 kHz. */
  push(samples: Int16Array, atMs: number): void {
    let energy = 0
    for (let i = 0; i < samples.length; i++) energy += (samples[i] ?? 0) ** 2
    const hz = energy < LEAST_ENERGY ? NONE : this.#measure(samples, energy)
    if (!this.#goesOn(hz, samples, energy)) {
      this.#end()
      if (hz === NONE) return
      this.#toneHz = hz
      this.#fromMs = atMs
    }
    if (this.#blocks <= 1) this.#toneEnergy = energy
    this.#blocks += 1
    this.#toMs = atMs + BLOCK_MS
    if (this.#blocks >= LONGEST_BLOCKS) this.#end()
  }

  #measure(samples: Int16Array, energy: number): number {
    let peak = 0
    let low = 0
    for (let bin = 0; bin < BINS; bin++) {
      const here = power(samples, COEFFICIENTS[bin] ?? 0)
      this.#powers[bin] = here
      if (here > (this.#powers[peak] ?? 0)) peak = bin
      if (bin < MIXED_BINS) low += here
    }
    const hz = this.#frequencyAt(peak)
    if (shareOf(samples, hz, energy) >= SINGLE_SHARE) return hz
    return low >= MIXED_SHARE * POWER_PER_ENERGY * energy ? MIXED : NONE
  }

  /** Between two bins the amplitudes of a block without a window tell where the tone lies. */
  #frequencyAt(bin: number): number {
    const here = Math.sqrt(this.#powers[bin] ?? 0)
    const below = Math.sqrt(this.#powers[bin - 1] ?? 0)
    const above = Math.sqrt(this.#powers[bin + 1] ?? 0)
    const side = above > below ? above / (here + above) : -below / (here + below)
    return LOWEST_HZ + (bin + (Number.isFinite(side) ? side : 0)) * STEP_HZ
  }

  #goesOn(hz: number, samples: Int16Array, energy: number): boolean {
    const toneHz = this.#toneHz
    if (this.#blocks === 0 || energy < LEAST_ENERGY) return false
    if (toneHz === MIXED) {
      // The block that a tone begins in holds silence too, and looks like a mixture.
      if (this.#blocks === 1 && hz > MIXED) this.#toneHz = hz
      return hz !== NONE && (this.#blocks === 1 || this.#mixes(hz, energy))
    }
    const isSame = hz > MIXED ? isNear(hz, toneHz) : shareOf(samples, toneHz, energy) >= FADING_SHARE
    if (isSame) return true
    return hz !== NONE && this.#mixes(hz, energy)
  }

  /** Two tones that beat look like one at times. */
  #mixes(hz: number, energy: number): boolean {
    const low = hz <= MIXED_UP_TO_HZ && this.#toneHz <= MIXED_UP_TO_HZ
    if (!low || energy * STEADY < this.#toneEnergy || energy > STEADY * this.#toneEnergy) return false
    this.#toneHz = MIXED
    return true
  }

  #end(): void {
    if (this.#blocks >= SHORTEST_BLOCKS) this.#onTone(this.#toneHz, this.#fromMs, this.#toMs)
    this.#blocks = 0
  }
}

function isNear(hz: number, toneHz: number): boolean {
  return Math.abs(hz - toneHz) <= Math.max(LEAST_DRIFT_HZ, DRIFT * toneHz)
}

/** How much of a block's energy lies at this frequency: 1 for a pure tone that fills the block. */
function shareOf(samples: Int16Array, frequencyHz: number, energy: number): number {
  return power(samples, coefficientOf(frequencyHz)) / (POWER_PER_ENERGY * energy)
}

function power(samples: Int16Array, coefficient: number): number {
  let last = 0
  let lastButOne = 0
  for (let i = 0; i < samples.length; i++) {
    const next = (samples[i] ?? 0) + coefficient * last - lastButOne
    lastButOne = last
    last = next
  }
  return last * last + lastButOne * lastButOne - coefficient * last * lastButOne
}
