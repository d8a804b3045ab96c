import { decodeMulaw } from './g711.ts'

/**
 * Tells the echo of our own audio from somebody who speaks. Both sides are brought to 2 kHz; a running
 * correlation over the last quarter of a second finds the delay at which what is heard follows what was played,
 * and once that has been found, each frame is compared with what it would be as an echo and nothing else. What
 * is left over is somebody else. Allocates nothing per frame.
 */

const FRAME_SAMPLES = 160
const DECIMATION = 4
const BLOCK = FRAME_SAMPLES / DECIMATION
/** Echoes come back within 500 ms; the clocks of the two directions may be a frame apart. */
const MOST_LAG = 26 * BLOCK
/** Frames that a comparison looks at: one is too short to tell two voices apart. */
const COMPARED = 3 * BLOCK
const HISTORY = MOST_LAG + COMPARED + 2
/** Per frame: half of what is known is 130 ms old. */
const FORGETTING = 0.9
const EMPHASIS = 0.8
/** From this likeness on, the delay is believed when three frames in a row agree on it. */
const LIKENESS = 0.55
const AGREEING_FRAMES = 3
const AGREEING_LAG = 2
/** Share of a frame's energy that an echo leaves unexplained: line noise, coding, the room. */
const MOST_LEFT = 0.35
/** An echo is quieter than what it is an echo of. */
const MOST_GAIN = 0.8
/** Mean square at 2 kHz under which nothing is compared: −66 dBFS. */
const QUIET = 270

export class EchoGuard {
  readonly #samples = new Int16Array(FRAME_SAMPLES)
  /** Newest last. */
  readonly #played = new Float64Array(HISTORY)
  readonly #heard = new Float64Array(COMPARED)
  readonly #cross = new Float64Array(MOST_LAG)
  readonly #playedEnergy = new Float64Array(MOST_LAG / BLOCK + 1)
  #heardEnergy = 0
  #lastPlayed = 0
  #lastHeard = 0
  #lag = -1
  #candidate = -1
  #agreed = 0
  /** The two taps of the comparison at hand. */
  #first = 0
  #second = 0

  /** The delay of the echo in milliseconds; null while none has been found. */
  get delayMs(): number | null {
    return this.#lag < 0 ? null : (this.#lag * DECIMATION) / 8
  }

  /**
   * Takes what was played and what was heard in the same 20 ms, 160 bytes of µ-law each, and answers whether
   * what was heard is echo and nothing else.
   */
  isEcho(played: Uint8Array, heard: Uint8Array): boolean {
    this.#lastPlayed = this.#take(played, this.#played, this.#lastPlayed)
    this.#lastHeard = this.#take(heard, this.#heard, this.#lastHeard)
    this.#trackEnergies()
    if (!this.#mayEcho()) {
      this.#cross.fill(0)
      return false
    }
    this.#correlate()
    this.#findLag()
    return this.#lag >= 0 && this.#isExplained()
  }

  /** Shifts the block in, with the low end taken down: what is alike in all voices tells nothing. */
  #take(frame: Uint8Array, into: Float64Array, last: number): number {
    const samples = decodeMulaw(frame, this.#samples)
    into.copyWithin(0, BLOCK)
    let before = last
    for (let i = 0; i < BLOCK; i++) {
      const at = i * DECIMATION
      const mean =
        ((samples[at] ?? 0) + (samples[at + 1] ?? 0) + (samples[at + 2] ?? 0) + (samples[at + 3] ?? 0)) / 4
      into[into.length - BLOCK + i] = mean - EMPHASIS * before
      before = mean
    }
    return before
  }

  #trackEnergies(): void {
    const energies = this.#playedEnergy
    energies.copyWithin(1, 0)
    energies[0] = FORGETTING * (energies[1] ?? 0) + energyOf(this.#played, HISTORY - BLOCK)
    this.#heardEnergy = FORGETTING * this.#heardEnergy + energyOf(this.#heard, COMPARED - BLOCK)
  }

  #mayEcho(): boolean {
    if (energyOf(this.#heard, COMPARED - BLOCK) < QUIET * BLOCK * 0.2) return false
    for (const energy of this.#playedEnergy) if (energy > QUIET * BLOCK) return true
    return false
  }

  #correlate(): void {
    const [played, heard, cross] = [this.#played, this.#heard, this.#cross]
    for (let lag = 0; lag < MOST_LAG; lag++) {
      const from = HISTORY - BLOCK - lag
      let sum = 0
      for (let i = 0; i < BLOCK; i++) sum += (heard[COMPARED - BLOCK + i] ?? 0) * (played[from + i] ?? 0)
      cross[lag] = FORGETTING * (cross[lag] ?? 0) + sum
    }
  }

  #findLag(): void {
    let best = 0
    let bestLag = -1
    for (let lag = 0; lag < MOST_LAG; lag++) {
      const energy = this.#playedEnergy[Math.round(lag / BLOCK)] ?? 0
      if (energy < QUIET * BLOCK) continue
      const cross = this.#cross[lag] ?? 0
      const likeness = (cross * cross) / (energy * this.#heardEnergy)
      if (likeness > best) [best, bestLag] = [likeness, lag]
    }
    if (best < LIKENESS ** 2) return
    this.#agreed = Math.abs(bestLag - this.#candidate) <= AGREEING_LAG ? this.#agreed + 1 : 1
    this.#candidate = bestLag
    if (this.#agreed >= AGREEING_FRAMES) this.#lag = bestLag
  }

  /** Two taps, since the true delay lies between two samples: the least squares over the last frames. */
  #isExplained(): boolean {
    for (let lag = Math.max(1, this.#lag - 1); lag <= this.#lag + 1; lag++)
      if (this.#leftAt(lag) < MOST_LEFT) return true
    return false
  }

  /** Share of the energy that an echo with this delay leaves over; of the newest frame or of all, the larger. */
  #leftAt(lag: number): number {
    const [played, heard] = [this.#played, this.#heard]
    const from = HISTORY - COMPARED - lag
    let [xx, yy, xy, xh, yh] = [0, 0, 0, 0, 0]
    for (let i = 0; i < COMPARED; i++) {
      const x = played[from + i] ?? 0
      const y = played[from + i + 1] ?? 0
      const h = heard[i] ?? 0
      xx += x * x
      yy += y * y
      xy += x * y
      xh += x * h
      yh += y * h
    }
    const determinant = xx * yy - xy * xy
    if (determinant <= 0.001 * xx * yy) return 1
    const first = (xh * yy - yh * xy) / determinant
    const second = (yh * xx - xh * xy) / determinant
    if (Math.abs(first + second) > MOST_GAIN) return 1
    this.#first = first
    this.#second = second
    return Math.max(this.#left(from, 0), this.#left(from, COMPARED - BLOCK))
  }

  #left(from: number, since: number): number {
    let [left, all] = [0, 0]
    for (let i = since; i < COMPARED; i++) {
      const h = this.#heard[i] ?? 0
      const error =
        h - this.#first * (this.#played[from + i] ?? 0) - this.#second * (this.#played[from + i + 1] ?? 0)
      left += error * error
      all += h * h
    }
    return all === 0 ? 0 : left / all
  }
}

function energyOf(block: Float64Array, from: number): number {
  let sum = 0
  for (let i = from; i < block.length; i++) sum += (block[i] ?? 0) ** 2
  return sum
}
