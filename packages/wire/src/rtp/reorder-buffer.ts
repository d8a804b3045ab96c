/**
 * Puts packets back in order by sequence number. One that is in order passes at once, so a clean line
 * costs no delay. Behind a missing one the others wait, as long as recent reordering and jitter make its
 * arrival likely and never over 80 ms; then it is given up, and counts as late should it come after all.
 */
import type { RtpPacket } from './packet.ts'

export interface InOrder {
  /** `afterLoss`: packets before this one were given up. An empty payload holds a place without being audio. */
  play(packet: RtpPacket, nowMs: number, afterLoss: boolean): void
}

export type Arrival = 'played' | 'waiting' | 'late' | 'duplicate' | 'resynced' | 'suspect'

const LONGEST_WAIT_MS = 80
const SHORTEST_WAIT_MS = 10
/** Packets further ahead than this are no reordering but a new numbering (RFC 3550 A.1). */
const WINDOW = 64
/** Behind by more than this is a new numbering too, not a straggler. */
const STRAGGLERS = 1000
/** Share of the memory of past reordering that each packet in order wears off: half is gone in about 14 s. */
const FORGET = 0.001

export class ReorderBuffer {
  readonly #next: InOrder
  readonly #waiting: (RtpPacket | undefined)[] = Array.from({ length: WINDOW }, () => undefined)
  readonly #arrivedMs = new Float64Array(WINDOW)
  readonly #seen = new Int32Array(WINDOW).fill(-1)
  #waitingCount = 0
  #started = false
  #expected = 0
  #suspect = -1
  #gapSinceMs = 0
  #reorderingMs = 0
  #lossPending = false

  constructor(next: InOrder) {
    this.#next = next
  }

  /** Whether `poll` has something to decide. */
  get isWaiting(): boolean {
    return this.#waitingCount > 0
  }

  /** A new source: what waits is given up, and numbering starts at its first packet. */
  reset(): void {
    this.#waiting.fill(undefined)
    this.#seen.fill(-1)
    this.#waitingCount = 0
    this.#started = false
    this.#suspect = -1
  }

  /** `packet` may be reused by the caller afterwards. */
  push(packet: RtpPacket, nowMs: number): Arrival {
    const ahead = this.#started ? signed16(packet.sequence - this.#expected) : 0
    if (!this.#started) this.#startAt(packet.sequence)
    else if (ahead >= WINDOW || ahead < -STRAGGLERS) return this.#doubt(packet, nowMs)
    this.#suspect = -1
    const place = packet.sequence % WINDOW
    if (this.#seen[place] === packet.sequence) return 'duplicate'
    if (ahead < 0) return this.#straggle(packet.sequence)
    this.#seen[place] = packet.sequence
    if (ahead > 0) return this.#keep(packet, nowMs)
    this.#release(packet, nowMs)
    this.#drain(nowMs)
    return 'played'
  }

  /** Gives missing packets up whose time is over. `jitterMs`: the interarrival jitter of now. */
  poll(nowMs: number, jitterMs: number): void {
    while (this.#waitingCount > 0 && nowMs - this.#gapSinceMs >= this.waitMs(jitterMs)) {
      while (!this.#waiting[this.#expected % WINDOW]) this.#advance()
      this.#lossPending = true
      this.#drain(nowMs)
    }
  }

  waitMs(jitterMs: number): number {
    const likely = Math.max(2 * jitterMs, 1.25 * this.#reorderingMs) + SHORTEST_WAIT_MS
    return Math.min(LONGEST_WAIT_MS, likely)
  }

  #startAt(sequence: number): void {
    this.#started = true
    this.#expected = sequence
  }

  /** RFC 3550 A.1: a far-off number is believed when its successor follows, for a stray packet must not deafen us. */
  #doubt(packet: RtpPacket, nowMs: number): Arrival {
    if (packet.sequence !== this.#suspect) {
      this.#suspect = (packet.sequence + 1) & 0xffff
      return 'suspect'
    }
    this.reset()
    this.#startAt(packet.sequence)
    this.#lossPending = true
    this.push(packet, nowMs)
    return 'resynced'
  }

  /** Comes after it was given up; the wait grows, so that the next one like it is awaited. */
  #straggle(sequence: number): Arrival {
    const place = sequence % WINDOW
    if (!this.#waiting[place]) this.#seen[place] = sequence
    const behindMs = signed16(this.#expected - sequence) * 20
    this.#reorderingMs = Math.max(this.#reorderingMs, Math.min(LONGEST_WAIT_MS, behindMs))
    return 'late'
  }

  #keep(packet: RtpPacket, nowMs: number): Arrival {
    if (this.#waitingCount === 0) this.#gapSinceMs = nowMs
    const place = packet.sequence % WINDOW
    this.#waiting[place] = { ...packet }
    this.#arrivedMs[place] = nowMs
    this.#waitingCount++
    return 'waiting'
  }

  #release(packet: RtpPacket, nowMs: number): void {
    if (this.#waitingCount > 0) this.#reorderingMs = Math.max(this.#reorderingMs, nowMs - this.#gapSinceMs)
    else this.#reorderingMs *= 1 - FORGET
    this.#advance()
    this.#next.play(packet, nowMs, this.#lossPending)
    this.#lossPending = false
  }

  /** Plays what follows without a gap; a further gap has waited since its first follower came. */
  #drain(nowMs: number): void {
    for (let i = 0; i < WINDOW && this.#waitingCount > 0; i++) {
      const place = this.#expected % WINDOW
      const packet = this.#waiting[place]
      if (!packet) break
      this.#waiting[place] = undefined
      this.#waitingCount--
      this.#advance()
      this.#next.play(packet, nowMs, this.#lossPending)
      this.#lossPending = false
    }
    if (this.#waitingCount > 0) this.#gapSinceMs = this.#earliestArrivalMs()
  }

  #earliestArrivalMs(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (let place = 0; place < WINDOW; place++)
      if (this.#waiting[place]) earliest = Math.min(earliest, this.#arrivedMs[place] ?? earliest)
    return earliest
  }

  #advance(): void {
    this.#expected = (this.#expected + 1) & 0xffff
  }
}

function signed16(difference: number): number {
  return (difference << 16) >> 16
}
