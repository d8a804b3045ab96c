import { readRtp, blankRtpPacket } from '@parley/wire/rtp/packet'

const slotMs = 20
const samplesPerSlot = 160

/** The packets of one call as the caller's socket gets them. */
export class Arrivals {
  readonly #times: number[] = []
  /** The slot of each packet by its timestamp, from the first packet's on. */
  readonly #slots: number[] = []
  readonly #packet = blankRtpPacket()
  #lastSequence = -1
  #lastTimestamp = 0
  /** Steps of the sequence number other than 1. */
  sequenceGaps = 0
  /** Steps of the timestamp over slots in which nothing was sent. */
  timestampJumps = 0
  /** Steps of the timestamp that are no whole slots, or lead back. */
  timestampFaults = 0

  note(bytes: Uint8Array, atMs: number): void {
    if (readRtp(bytes, this.#packet) !== undefined) return
    const { sequence, timestamp } = this.#packet
    let slot = 0
    if (this.#lastSequence >= 0) {
      const steps = (sequence - this.#lastSequence) & 0xffff
      slot = (this.#slots.at(-1) ?? 0) + ((timestamp - this.#lastTimestamp) >>> 0) / samplesPerSlot
      if (steps !== 1) this.sequenceGaps += 1
      this.#step((timestamp - this.#lastTimestamp) >>> 0, steps * samplesPerSlot)
    }
    this.#lastSequence = sequence
    this.#lastTimestamp = timestamp
    this.#slots.push(slot)
    this.#times.push(atMs)
  }

  #step(samples: number, expected: number): void {
    if (samples % samplesPerSlot !== 0 || samples < expected) this.timestampFaults += 1
    else if (samples > expected) this.timestampJumps += 1
  }

  get count(): number {
    return this.#times.length
  }

  /** |time between two packets − 20 ms|. */
  get pacingErrors(): number[] {
    return this.#times.slice(1).map((at, place) => Math.abs(at - (this.#times[place] ?? at) - slotMs))
  }

  /** How far each packet comes behind the grid of 20 ms that its timestamp and the earliest packet give. */
  get lateness(): number[] {
    const offsets = this.#times.map((at, place) => at - (this.#slots[place] ?? place) * slotMs)
    const earliest = offsets.reduce((least, offset) => Math.min(least, offset), Number.POSITIVE_INFINITY)
    return offsets.map(offset => offset - earliest)
  }
}
