/**
 * Tells when somebody makes a sound and when it has stopped, by level alone and within 200 ms: for the moment after
 * a "Hello?", in which a model for speech would still be waiting. It knows no words from noises.
 */
const FRAME_MS = 20
/** Quieter than this is nobody, however quiet the line is otherwise. */
const LEAST_POWER = 164 ** 2
/** Over the line's own noise, in power: 9 dB. */
const OVER_FLOOR = 8
/** The line's noise is the quietest frame of the last second: speech has gaps, noise has none. */
const FLOOR_FRAMES = 50
const FRAMES_TO_BEGIN = 4
const FRAMES_TO_END = 10

/** `stopped` is dated at the last sound, 200 ms before it is told. */
export type SoundListener = (type: 'started' | 'stopped', atMs: number) => void

export class SoundGate {
  readonly #onSound: SoundListener
  readonly #recent = new Float64Array(FLOOR_FRAMES)
  #frames = 0
  #sounding = false
  #loudFrames = 0
  #quietFrames = 0
  #firstLoudMs = 0
  #lastLoudMs = 0

  constructor(onSound: SoundListener) {
    this.#onSound = onSound
  }

  /** One frame of 160 linear samples at 8 kHz. */
  push(samples: Int16Array, atMs: number): void {
    let energy = 0
    for (let i = 0; i < samples.length; i++) energy += (samples[i] ?? 0) ** 2
    const power = energy / Math.max(1, samples.length)
    this.#recent[this.#frames++ % FLOOR_FRAMES] = power
    const loud = power >= Math.max(LEAST_POWER, this.#floor() * OVER_FLOOR)
    if (loud) this.#hear(atMs)
    else this.#miss()
  }

  #floor(): number {
    let least = this.#recent[0] ?? 0
    for (let i = 1; i < FLOOR_FRAMES; i++) least = Math.min(least, this.#recent[i] ?? 0)
    return least
  }

  #hear(atMs: number): void {
    if (this.#loudFrames === 0) this.#firstLoudMs = atMs
    this.#loudFrames += 1
    this.#quietFrames = 0
    this.#lastLoudMs = atMs + FRAME_MS
    if (this.#sounding || this.#loudFrames < FRAMES_TO_BEGIN) return
    this.#sounding = true
    this.#onSound('started', this.#firstLoudMs)
  }

  #miss(): void {
    this.#quietFrames += 1
    if (!this.#sounding) this.#loudFrames = 0
    if (!this.#sounding || this.#quietFrames < FRAMES_TO_END) return
    this.#sounding = false
    this.#loudFrames = 0
    this.#onSound('stopped', this.#lastLoudMs)
  }
}
