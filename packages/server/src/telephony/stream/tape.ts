import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import { FRAME_BYTES, FRAME_MS } from './frame.ts'

/**
 * Holds both sides of the call until a slot of 20 ms is surely complete, then hands it out as one aligned
 * pair. Audio over TCP may stand still and come all at once, so slots are kept longer than RTP would need.
 */
export const TAPE_LAG_SLOTS = 40
/** Room beyond the lag, for what was sent ahead of its time. */
const TAPE_SLOTS = 64
const TAPE_BYTES = TAPE_SLOTS * FRAME_BYTES
/** A hole beyond a minute is not filled: the machine slept, and an hour of silence serves nobody. */
const MOST_MISSING_SLOTS = 3_000

export type TapSink = (heard: Uint8Array, played: Uint8Array, atMs: number) => void

export class Tape {
  readonly #heard = new Uint8Array(TAPE_BYTES).fill(MULAW_SILENCE)
  readonly #played = new Uint8Array(TAPE_BYTES).fill(MULAW_SILENCE)
  readonly #emit: TapSink
  /** The next slot to hand out. */
  #slot = 0

  constructor(emit: TapSink) {
    this.#emit = emit
  }

  /** `at`: place of the first sample on the media clock. What is too late or too early is left out. */
  writeHeard(samples: Uint8Array, at: number): void {
    const from = this.#slot * FRAME_BYTES
    const skipped = Math.max(0, from - at)
    const end = Math.min(samples.length, from + TAPE_BYTES - at)
    for (let i = skipped; i < end; i++) this.#heard[(at + i) % TAPE_BYTES] = samples[i] ?? MULAW_SILENCE
  }

  writePlayed(slot: number, frame: Uint8Array): void {
    if (slot >= this.#slot && slot < this.#slot + TAPE_SLOTS)
      this.#played.set(frame, (slot % TAPE_SLOTS) * FRAME_BYTES)
  }

  /** What was to play from this slot on has been taken back. */
  erasePlayedFrom(slot: number): void {
    for (let at = Math.max(slot, this.#slot); at < this.#slot + TAPE_SLOTS; at++) {
      const place = (at % TAPE_SLOTS) * FRAME_BYTES
      this.#played.fill(MULAW_SILENCE, place, place + FRAME_BYTES)
    }
  }

  /** Hands out every slot that is past its lag. */
  advance(nowSlot: number): void {
    this.#handOutTo(nowSlot - TAPE_LAG_SLOTS)
  }

  /** The call is over: hands out all slots before `endSlot`. */
  end(endSlot: number): void {
    this.#handOutTo(endSlot)
  }

  #handOutTo(end: number): void {
    if (end - this.#slot > MOST_MISSING_SLOTS) this.#forgetTo(end - MOST_MISSING_SLOTS)
    for (; this.#slot < end; this.#slot++) {
      const from = (this.#slot % TAPE_SLOTS) * FRAME_BYTES
      const to = from + FRAME_BYTES
      this.#emit(this.#heard.subarray(from, to), this.#played.subarray(from, to), this.#slot * FRAME_MS)
      this.#heard.fill(MULAW_SILENCE, from, to)
      this.#played.fill(MULAW_SILENCE, from, to)
    }
  }

  #forgetTo(slot: number): void {
    this.#heard.fill(MULAW_SILENCE)
    this.#played.fill(MULAW_SILENCE)
    this.#slot = slot
  }
}
