/**
 * Opus on its way from the order to the line: decoded to µ-law at 8 kHz, with what was lost made up by the decoder, from
 * the copy in the packet behind it where that carries one (RFC 7587 §3.3).
 */
import { encodeMulaw } from '../audio/g711.ts'
import type { OpusCodec } from '../audio/opus.ts'
import type { RtpPacket } from './packet.ts'
import type { InOrder } from './reorder-buffer.ts'
import { FRAME_SAMPLES } from './stream-memory.ts'

/** Opus counts 48,000 to the second (RFC 7587 §4.1), the line 8,000. */
const UNITS_PER_SAMPLE = 6
/** What is missing longer is not made up: the line has begun to be silent by then. */
const MOST_MADE_UP_SAMPLES = 4 * FRAME_SAMPLES
const LONGEST_SAMPLES = 960

/** Timestamps of the line for those of the stream, also past the point where 32 bits wrap. */
export class ClockDivider {
  #from = 0
  #to = 0

  restart(timestamp: number): void {
    this.#from = timestamp
    this.#to = timestamp
  }

  of(timestamp: number): number {
    const samples = Math.round(((timestamp - this.#from) | 0) / UNITS_PER_SAMPLE)
    // Only a step that comes out even is taken as the new base: nothing must be rounded away twice.
    this.#from = (this.#from + samples * UNITS_PER_SAMPLE) >>> 0
    this.#to = (this.#to + samples) >>> 0
    return this.#to
  }
}

export interface OpusLineParts {
  readonly codec: OpusCodec
  readonly line: InOrder
  madeUp(): void
  malformed(): void
}

export class OpusLine implements InOrder {
  readonly #parts: OpusLineParts
  readonly #mulaw = new Uint8Array(LONGEST_SAMPLES)
  readonly #out: RtpPacket = {
    payloadType: 0,
    marker: false,
    sequence: 0,
    timestamp: 0,
    ssrc: 0,
    payload: this.#mulaw,
  }
  /** Where the next packet should begin; undefined before the first. */
  #expected: number | undefined

  constructor(parts: OpusLineParts) {
    this.#parts = parts
  }

  restart(): void {
    this.#expected = undefined
  }

  play({ timestamp, payload }: RtpPacket, nowMs: number, afterLoss: boolean): void {
    if (payload.length === 0) return
    const isWhole = afterLoss && this.#makeUp({ timestamp, payload }, nowMs)
    const samples = this.#parts.codec.decode(payload)
    if (!samples) return this.#parts.malformed()
    this.#expected = (timestamp + samples.length) >>> 0
    this.#put(samples, { timestamp, nowMs, afterLoss: afterLoss && !isWhole })
  }

  /** False where the hole is not one to be made up. */
  #makeUp({ timestamp, payload }: { timestamp: number; payload: Uint8Array }, nowMs: number): boolean {
    if (this.#expected === undefined) return false
    const missing = (timestamp - this.#expected) | 0
    if (missing < FRAME_SAMPLES || missing > MOST_MADE_UP_SAMPLES || missing % FRAME_SAMPLES !== 0)
      return false
    for (let left = missing; left > 0; left -= FRAME_SAMPLES) {
      const samples = this.#parts.codec.conceal(left === FRAME_SAMPLES ? payload : undefined)
      this.#parts.madeUp()
      this.#put(samples, { timestamp: (timestamp - left) >>> 0, nowMs, afterLoss: false })
    }
    return true
  }

  #put(
    samples: Int16Array,
    { timestamp, nowMs, afterLoss }: { timestamp: number; nowMs: number; afterLoss: boolean },
  ): void {
    this.#out.timestamp = timestamp
    this.#out.payload = encodeMulaw(samples, this.#mulaw.subarray(0, samples.length))
    this.#parts.line.play(this.#out, nowMs, afterLoss)
  }
}
