import { decodeMulaw, encodeMulaw } from './g711.ts'

/** A loop of 16-bit samples at 8 kHz that lies under all that is played. */
export interface Bed {
  readonly samples: Int16Array
  /** What the loop is attenuated or raised by. */
  readonly gainDb: number
}

const FRAME_SAMPLES = 160
/** A change of gain is spread over one frame: at once it would click, over more it would come late. */
const RAMP_SAMPLES = FRAME_SAMPLES
const LOUDEST = 32_767

/**
 * What stands between the queue of a line and its wire: a gain that glides, and a bed that never stops. Works
 * in place on frames of µ-law and allocates nothing. At 0 dB and without a bed the bytes are left as they are.
 */
export class Mixer {
  readonly #linear = new Int16Array(FRAME_SAMPLES)
  #gain = 1
  #target = 1
  #step = 0
  #bed: Int16Array | null = null
  #bedGain = 0
  #bedAt = 0

  /** From the next frame on, over its length. */
  setGain(db: number): void {
    this.#target = gainOf(db)
    this.#step = (this.#target - this.#gain) / RAMP_SAMPLES
  }

  /** Null: none. A loop without samples is none. */
  setBed(bed: Bed | null): void {
    this.#bed = bed && bed.samples.length > 0 ? bed.samples : null
    this.#bedGain = bed ? gainOf(bed.gainDb) : 0
    this.#bedAt = 0
  }

  /** Frames are to be mixed also where nobody speaks. */
  get hasBed(): boolean {
    return this.#bed !== null
  }

  /** One frame of at most 20 ms. */
  mix(frame: Uint8Array): void {
    const bed = this.#bed
    if (bed === null && this.#gain === 1 && this.#target === 1) return
    const samples = decodeMulaw(frame, this.#linear)
    for (let at = 0; at < frame.length; at++) {
      this.#glide()
      let sample = samples[at] ?? 0
      if (bed !== null) {
        sample += (bed[this.#bedAt] ?? 0) * this.#bedGain
        if (++this.#bedAt === bed.length) this.#bedAt = 0
      }
      samples[at] = Math.max(-LOUDEST, Math.min(LOUDEST, Math.round(sample * this.#gain)))
    }
    encodeMulaw(frame.length === FRAME_SAMPLES ? samples : samples.subarray(0, frame.length), frame)
  }

  #glide(): void {
    if (this.#gain === this.#target) return
    const next = this.#gain + this.#step
    const isThere = this.#step > 0 ? next >= this.#target : next <= this.#target
    this.#gain = isThere ? this.#target : next
  }
}

function gainOf(db: number): number {
  return 10 ** (db / 20)
}
