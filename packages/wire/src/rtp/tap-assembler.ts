import { MULAW_SILENCE } from '../audio/g711.ts'
import { FRAME_MS, FRAME_SAMPLES } from './stream-memory.ts'

export type TapListener = (heard: Uint8Array, played: Uint8Array, atMs: number) => void

/** A hole beyond this is not filled frame by frame: the machine slept, and an hour of silence serves nobody. */
const MOST_MISSING_SLOTS = 3000

/** Hands the pairs of the recording on in order and without gaps: a slot that was never published is silence. */
export class TapAssembler {
  readonly #emit: TapListener
  readonly #heard = new Uint8Array(FRAME_SAMPLES)
  readonly #played = new Uint8Array(FRAME_SAMPLES)
  #slot = 0

  constructor(emit: TapListener) {
    this.#emit = emit
  }

  /** `bytes` holds the heard frame at `at`, the played one behind it. */
  push(slot: number, bytes: Uint8Array, at: number): void {
    if (slot < this.#slot) return
    this.#fillTo(slot)
    // Copies: the record is shared memory, which many of Node's functions refuse.
    this.#heard.set(bytes.subarray(at, at + FRAME_SAMPLES))
    this.#played.set(bytes.subarray(at + FRAME_SAMPLES, at + 2 * FRAME_SAMPLES))
    this.#emit(this.#heard, this.#played, slot * FRAME_MS)
    this.#slot = slot + 1
  }

  #fillTo(slot: number): void {
    if (slot - this.#slot > MOST_MISSING_SLOTS) this.#slot = slot - MOST_MISSING_SLOTS
    for (; this.#slot < slot; this.#slot++) {
      this.#heard.fill(MULAW_SILENCE)
      this.#played.fill(MULAW_SILENCE)
      this.#emit(this.#heard, this.#played, this.#slot * FRAME_MS)
    }
  }
}
