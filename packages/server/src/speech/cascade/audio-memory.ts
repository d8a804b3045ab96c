const FRAME_BYTES = 160
const FRAME_MS = 20

/** The newest seconds of a call's audio, in a ring that is allocated once. */
export class AudioMemory {
  readonly #frames: Uint8Array
  readonly #atMs: Float64Array
  readonly #capacity: number
  #written = 0

  constructor(memoryMs: number) {
    this.#capacity = Math.ceil(memoryMs / FRAME_MS)
    this.#frames = new Uint8Array(this.#capacity * FRAME_BYTES)
    this.#atMs = new Float64Array(this.#capacity)
  }

  /** Frames of 20 ms; longer ones are not remembered. */
  write(frame: Uint8Array, atMs: number): void {
    if (frame.length !== FRAME_BYTES) return
    const slot = this.#written % this.#capacity
    this.#frames.set(frame, slot * FRAME_BYTES)
    this.#atMs[slot] = atMs
    this.#written++
  }

  /** Plays what began at `fromMs` or later, oldest first. */
  replay(fromMs: number, into: (frame: Uint8Array, atMs: number) => void): void {
    for (let i = Math.max(0, this.#written - this.#capacity); i < this.#written; i++) {
      const slot = i % this.#capacity
      const atMs = this.#atMs[slot] ?? 0
      if (atMs >= fromMs) into(this.#frames.subarray(slot * FRAME_BYTES, (slot + 1) * FRAME_BYTES), atMs)
    }
  }
}
