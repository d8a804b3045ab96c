/**
 * The line of what is heard: packets in order become an unbroken run of samples, each with its place on
 * the media clock. A gap in the timestamps is filled: after a loss with fading repetitions, else (the far
 * end sent nothing while silent) with silence. When nothing comes at all, silence goes on in real time, so
 * that whoever waits for the end of speech gets to see one.
 *
 * Places follow the fastest packets of late, a step of 1 ms per packet: the far end's crystal is not ours,
 * and 100 ppm would tear the two sides of an hour's recording 360 ms apart.
 */
import { MULAW_SILENCE } from '../audio/g711.ts'
import { Concealment } from './conceal.ts'
import type { RtpPacket } from './packet.ts'
import type { InOrder } from './reorder-buffer.ts'
import { FRAME_SAMPLES } from './stream-memory.ts'

const SAMPLES_PER_MS = 8
/** Nothing for so long means silence. Longer than any wait for a missing packet. */
const QUIET_SAMPLES = 120 * SAMPLES_PER_MS
/** How far a jump of the timestamps may run ahead of the time that really went by. */
const JUMP_SLACK_SAMPLES = 40 * SAMPLES_PER_MS
/** Further ahead of the clock than this, audio is dropped: somebody sends faster than time. */
const LEAD_LIMIT_SAMPLES = 500 * SAMPLES_PER_MS
const DRIFT_WINDOW_PACKETS = 64
const DRIFT_TOLERANCE_SAMPLES = 8 * SAMPLES_PER_MS
const DRIFT_STEP_SAMPLES = SAMPLES_PER_MS
/** One call never fills more than this; a longer pause of the whole machine is jumped over. */
const MOST_FILL_FRAMES = 50

/** Takes µ-law; `at` is the first sample's place on the media clock, in samples. Valid during the call only. */
export type HeardSamples = (samples: Uint8Array, at: number) => void

export interface HeardCounts {
  concealed: number
  dropped: number
}

export class HeardLine implements InOrder {
  readonly counts: HeardCounts = { concealed: 0, dropped: 0 }
  readonly #originMs: number
  readonly #emit: HeardSamples
  readonly #concealment = new Concealment(FRAME_SAMPLES)
  readonly #silence = new Uint8Array(FRAME_SAMPLES).fill(MULAW_SILENCE)
  #started = false
  #timestamp = 0
  #position = 0
  #leastLag = Number.POSITIVE_INFINITY
  #packetsInWindow = 0

  /** `originMs`: monotonic ms at which the media clock stood at 0. */
  constructor(originMs: number, emit: HeardSamples) {
    this.#originMs = originMs
    this.#emit = emit
  }

  /** The far end starts new timestamps; places go on. */
  restart(): void {
    this.#started = false
  }

  play({ timestamp, payload }: RtpPacket, nowMs: number, afterLoss: boolean): void {
    if (payload.length === 0) return
    const now = this.#samplesAt(nowMs)
    if (!this.#started) this.#begin(timestamp, now)
    else if (timestamp !== this.#timestamp)
      this.#bridge((timestamp - this.#timestamp) | 0, { now, afterLoss })
    this.#timestamp = (timestamp + payload.length) >>> 0
    if (this.#position - now > LEAD_LIMIT_SAMPLES) {
      this.counts.dropped++
      return
    }
    this.#followDrift(now)
    this.#concealment.heard(payload)
    this.#put(payload)
  }

  /** Comfort noise (RFC 3389) came: what follows is a pause and no loss. Its noise is left out, recognizers do without. */
  hush(): void {
    this.#concealment.hush()
  }

  /** Fills with silence what stayed quiet too long. */
  poll(nowMs: number): void {
    if (this.#position === 0 && !this.#started) return
    const now = this.#samplesAt(nowMs)
    for (let i = 0; i < MOST_FILL_FRAMES && now - this.#position > QUIET_SAMPLES; i++)
      this.#fill(FRAME_SAMPLES)
    if (now - this.#position > QUIET_SAMPLES) this.#position = now - QUIET_SAMPLES
  }

  #samplesAt(nowMs: number): number {
    return Math.round((nowMs - this.#originMs) * SAMPLES_PER_MS)
  }

  #begin(timestamp: number, now: number): void {
    this.#timestamp = timestamp
    this.#leastLag = Number.POSITIVE_INFINITY
    this.#packetsInWindow = 0
    if (this.#position === 0) this.#position = Math.max(0, now)
    else this.#bridge(now - this.#position, { now, afterLoss: false })
    this.#started = true
  }

  /** `gap`: timestamp units missing; negative where silence has already been filled in for this packet. */
  #bridge(gap: number, { now, afterLoss }: { now: number; afterLoss: boolean }): void {
    const room = Math.max(0, now - this.#position) + JUMP_SLACK_SAMPLES
    let missing = Math.min(gap, room)
    for (; missing > 0; missing -= FRAME_SAMPLES) {
      const samples = Math.min(missing, FRAME_SAMPLES)
      if (afterLoss) this.#conceal(samples)
      else this.#put(this.#silence.subarray(0, samples))
    }
  }

  #conceal(samples: number): void {
    this.counts.concealed++
    this.#put(this.#concealment.next().subarray(0, samples))
  }

  #fill(samples: number): void {
    // A fading repetition first: silence after a loud sample would click.
    this.#timestamp = (this.#timestamp + samples) >>> 0
    this.#put(this.#concealment.next().subarray(0, samples))
  }

  #followDrift(now: number): void {
    this.#leastLag = Math.min(this.#leastLag, now - this.#position)
    if (++this.#packetsInWindow < DRIFT_WINDOW_PACKETS && this.#leastLag >= -DRIFT_TOLERANCE_SAMPLES) return
    const step =
      Math.abs(this.#leastLag) > DRIFT_TOLERANCE_SAMPLES ? Math.sign(this.#leastLag) * DRIFT_STEP_SAMPLES : 0
    this.#position += step
    this.#leastLag = Number.POSITIVE_INFINITY
    this.#packetsInWindow = 0
  }

  #put(samples: Uint8Array): void {
    this.#emit(samples, this.#position)
    this.#position += samples.length
  }
}
