import type { HeardSamples } from './heard-line.ts'

/** Cuts samples into frames of one length, whatever the far end packs into a packet; a whole one passes uncopied. */
export class Framer {
  readonly #frame: Uint8Array
  readonly #emit: HeardSamples
  #filled = 0
  #at = 0

  constructor(frameSamples: number, emit: HeardSamples) {
    this.#frame = new Uint8Array(frameSamples)
    this.#emit = emit
  }

  push(samples: Uint8Array, at: number): void {
    const size = this.#frame.length
    if (this.#filled === 0 && samples.length === size) {
      this.#emit(samples, at)
      return
    }
    let taken = 0
    while (taken < samples.length) {
      if (this.#filled === 0) this.#at = at + taken
      const count = Math.min(size - this.#filled, samples.length - taken)
      for (let i = 0; i < count; i++) this.#frame[this.#filled + i] = samples[taken + i] ?? 0
      this.#filled += count
      taken += count
      if (this.#filled < size) continue
      this.#filled = 0
      this.#emit(this.#frame, this.#at)
    }
  }
}
