/** What receiver reports say about a source: RFC 3550 A.3 (losses) and A.8 (interarrival jitter). */
import { GapHistogram } from './gap-histogram.ts'

const CLOCK_PER_MS = 8

export interface ReceptionReport {
  ssrc: number
  /** Share lost since the last report, in 1/256. */
  fractionLost: number
  cumulativeLost: number
  highestSequence: number
  /** In timestamp units. */
  jitter: number
}

export class Reception {
  ssrc = 0
  /** Packets that came, duplicates apart. */
  received = 0
  /** Longest time between two packets of this source. */
  maxGapMs = 0
  readonly gaps = new GapHistogram()
  #started = false
  #base = 0
  #highest = 0
  #jitter = 0
  #transit = 0
  #lastArrivalMs = 0
  #expectedBefore = 0
  #receivedBefore = 0

  get started(): boolean {
    return this.#started
  }

  get jitterMs(): number {
    return this.#jitter / CLOCK_PER_MS
  }

  get expected(): number {
    return this.#started ? this.#highest - this.#base + 1 : 0
  }

  get lost(): number {
    return Math.max(0, this.expected - this.received)
  }

  /** A new source, or a source that numbers afresh. */
  start(ssrc: number, sequence: number): void {
    this.ssrc = ssrc
    this.#started = true
    this.#base = sequence
    this.#highest = sequence
    this.received = 0
    this.#expectedBefore = 0
    this.#receivedBefore = 0
    this.#lastArrivalMs = 0
  }

  /** Counts one packet that is no duplicate. `isAudio` is false for events, whose timestamp stands still. */
  note(
    { sequence, timestamp }: { sequence: number; timestamp: number },
    arrivalMs: number,
    isAudio: boolean,
  ): void {
    this.received++
    const ahead = ((sequence - this.#highest) << 16) >> 16
    if (ahead > 0) this.#highest += ahead
    const transit = (Math.round(arrivalMs * CLOCK_PER_MS) - timestamp) | 0
    const gapMs = this.#lastArrivalMs === 0 ? 0 : arrivalMs - this.#lastArrivalMs
    this.maxGapMs = Math.max(this.maxGapMs, gapMs)
    if (this.#lastArrivalMs > 0) this.gaps.note(gapMs)
    const difference = Math.abs((transit - this.#transit) | 0)
    // Over a second is a clock that was set, not jitter.
    if (isAudio && this.#lastArrivalMs > 0 && difference < 1000 * CLOCK_PER_MS)
      this.#jitter += (difference - this.#jitter) / 16
    if (isAudio) this.#transit = transit
    this.#lastArrivalMs = arrivalMs
  }

  /** The figures of a report; the share lost counts from the report before. */
  report(): ReceptionReport {
    const expected = this.expected - this.#expectedBefore
    const lost = expected - (this.received - this.#receivedBefore)
    this.#expectedBefore = this.expected
    this.#receivedBefore = this.received
    const fractionLost = expected > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / expected)) : 0
    const { ssrc } = this
    return {
      ssrc,
      fractionLost,
      cumulativeLost: this.lost,
      highestSequence: this.#highest >>> 0,
      jitter: Math.round(this.#jitter),
    }
  }
}
