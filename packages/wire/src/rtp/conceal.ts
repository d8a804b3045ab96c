import { decodeMulaw, encodeMulaw, MULAW_SILENCE } from '../audio/g711.ts'

/** How loud the repetitions of the last frame are; after them comes silence. Longer ones sound robotic. */
const FADE = [0.7, 0.35, 0.1]

/**
 * Hides a lost frame behind fading repetitions of the last one (the idea of G.711 appendix I, without its
 * pitch search): a recognizer suffers less from it than from a hole with two clicks.
 */
export class Concealment {
  readonly #last: Int16Array
  readonly #faded: Int16Array
  readonly #frame: Uint8Array
  #run = 0

  constructor(frameSamples: number) {
    this.#last = new Int16Array(frameSamples)
    this.#faded = new Int16Array(frameSamples)
    this.#frame = new Uint8Array(frameSamples)
  }

  /** Remembers a good frame of µ-law. */
  heard(frame: Uint8Array): void {
    this.#run = 0
    if (frame.length === this.#last.length) decodeMulaw(frame, this.#last)
  }

  /** The far end says that it is silent now: nothing of the last frame is to sound on. */
  hush(): void {
    this.#run = FADE.length
  }

  /** The next replacement; valid until the next call. */
  next(): Uint8Array {
    const gain = FADE[this.#run++]
    if (gain === undefined) return this.#frame.fill(MULAW_SILENCE)
    for (let i = 0; i < this.#last.length; i++) this.#faded[i] = Math.round((this.#last[i] ?? 0) * gain)
    return encodeMulaw(this.#faded, this.#frame)
  }
}
