/**
 * Turns event packets into digits, each exactly once. Events are told apart by timestamp, never by the
 * marker bit, which gateways forget and networks lose (RFC 4733 §2.5.2.2). The digit counts from the first
 * packet seen of it: with every packet of an event but one lost it is still heard.
 */
import type { TelephoneEvent } from './telephone-event.ts'

/** Older than this, a timestamp is not a straggler of an earlier event but a clock that was set back. */
const STRAGGLER_SAMPLES = 80_000
const LONGEST_SEGMENT = 0xffff

export class EventReceiver {
  #seen = false
  #timestamp = 0
  #event = 0
  #ended = false
  #duration = 0

  /** True when this packet is the first one of a new event. */
  accept(timestamp: number, event: TelephoneEvent): boolean {
    const isNew = !this.#seen || this.#startsNewEvent(timestamp, event)
    if (!isNew) {
      if (timestamp === this.#timestamp) this.#extend(event)
      return false
    }
    const continues = this.#seen && this.#continuesSegment(timestamp, event)
    this.#seen = true
    this.#timestamp = timestamp
    this.#event = event.event
    this.#ended = event.end
    this.#duration = event.duration
    return !continues
  }

  /** A new source numbers its timestamps afresh. */
  reset(): void {
    this.#seen = false
  }

  #startsNewEvent(timestamp: number, event: TelephoneEvent): boolean {
    const ahead = (timestamp - this.#timestamp) | 0
    if (ahead === 0) return this.#ended && event.event !== this.#event
    return ahead > 0 || ahead < -STRAGGLER_SAMPLES
  }

  /** RFC 4733 §2.5.1.3: a key held over 8.2 s goes on under a new timestamp, at the end of a full segment. */
  #continuesSegment(timestamp: number, event: TelephoneEvent): boolean {
    const end = (this.#timestamp + LONGEST_SEGMENT) >>> 0
    return (
      !this.#ended &&
      this.#duration >= LONGEST_SEGMENT - 800 &&
      event.event === this.#event &&
      Math.abs((timestamp - end) | 0) <= 1
    )
  }

  #extend(event: TelephoneEvent): void {
    this.#ended ||= event.end
    this.#duration = Math.max(this.#duration, event.duration)
  }
}
