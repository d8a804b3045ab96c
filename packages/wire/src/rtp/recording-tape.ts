/**
 * Holds both sides of the call until a slot is surely complete, then hands it out as one aligned pair. What
 * was played is known at its slot; what was heard may be put in order, or filled, a little later.
 */
import { MULAW_SILENCE } from '../audio/g711.ts'
import { FRAME_SAMPLES, NO_SLOT, slotWord, type StreamMemory } from './stream-memory.ts'

/** A slot is handed out this many slots after its time: longer than anything heard can be waited for. */
export const TAPE_LAG_SLOTS = 9
/** Room ahead of the clock, for audio that was placed early. */
const TAPE_SLOTS = 64
const TAPE_SAMPLES = TAPE_SLOTS * FRAME_SAMPLES

export class RecordingTape {
  readonly #heard = new Uint8Array(TAPE_SAMPLES).fill(MULAW_SILENCE)
  readonly #played = new Uint8Array(TAPE_SAMPLES).fill(MULAW_SILENCE)
  /** The next slot to hand out. */
  #slot = 0

  /** `at`: place of the first sample on the media clock. What comes too late or too early for the tape is left out. */
  writeHeard(samples: Uint8Array, at: number): void {
    this.#write(this.#heard, samples, at)
  }

  /** Like `writeHeard`. Speech that left before its slot covers the end of the silence before it, as on the wire. */
  writePlayed(samples: Uint8Array, at: number): void {
    this.#write(this.#played, samples, at)
  }

  /** Takes out the oldest slot when `slot` is far enough past it: copies its pair and answers its number. */
  take(slot: number, into: { bytes: Uint8Array; at: number }): number | undefined {
    if (slot - this.#slot < TAPE_LAG_SLOTS) return undefined
    const from = (this.#slot % TAPE_SLOTS) * FRAME_SAMPLES
    const to = from + FRAME_SAMPLES
    into.bytes.set(this.#heard.subarray(from, to), into.at)
    into.bytes.set(this.#played.subarray(from, to), into.at + FRAME_SAMPLES)
    this.#heard.fill(MULAW_SILENCE, from, to)
    this.#played.fill(MULAW_SILENCE, from, to)
    return this.#slot++
  }

  /** After a pause of the whole machine longer than the tape: everything older is given up. */
  jumpTo(slot: number): void {
    if (slot - this.#slot < TAPE_SLOTS) return
    this.#heard.fill(MULAW_SILENCE)
    this.#played.fill(MULAW_SILENCE)
    this.#slot = slot - TAPE_LAG_SLOTS
  }

  #write(tape: Uint8Array, samples: Uint8Array, at: number): void {
    const start = this.#slot * FRAME_SAMPLES
    const from = Math.max(at, start)
    const to = Math.min(at + samples.length, start + TAPE_SAMPLES)
    if (from >= to) return
    const place = from % TAPE_SAMPLES
    const fits = Math.min(to - from, TAPE_SAMPLES - place)
    if (from === at && fits === samples.length) return tape.set(samples, place)
    tape.set(samples.subarray(from - at, from - at + fits), place)
    tape.set(samples.subarray(from - at + fits, to - at), 0)
  }
}

/** Publishes pairs that are due without a slot of their own: after skipped slots, and at the end of a stream. */
export function publishPairs(tape: RecordingTape, memory: StreamMemory, upToSlot: number): void {
  const ring = memory.slots
  for (let i = 0; i < TAPE_SLOTS && ring.next(); i++) {
    const taken = tape.take(upToSlot, { bytes: ring.bytes, at: ring.byteAt })
    if (taken === undefined) return
    ring.words[ring.wordAt + slotWord.slot] = NO_SLOT
    ring.words[ring.wordAt + slotWord.tapSlot] = taken
    ring.publish()
  }
}
