import type { OneWayCause } from '@parley/contract/line-quality'
import { FRAME_MS } from './frame.ts'

/** Vendors send audio all the time, silence included. */
const oneWayMs = 4_000

/** How evenly audio comes in. Times in milliseconds of the media clock. */
export class Reception {
  received = 0
  /** Interarrival jitter, smoothed as RFC 3550 section 6.4.1 does, against an even 20 ms. */
  jitterMs = 0
  maxGapMs = 0
  lastAtMs = 0

  note(nowMs: number): void {
    const gap = nowMs - this.lastAtMs
    this.lastAtMs = nowMs
    this.received += 1
    if (this.received === 1) return
    this.jitterMs += (Math.abs(gap - FRAME_MS) - this.jitterMs) / 16
    this.maxGapMs = Math.max(this.maxGapMs, gap)
  }

  /** A connection keeps order and finds its way: audio that stays away never came, or has stopped. */
  oneWay(nowMs: number): OneWayCause | null {
    if (nowMs - this.lastAtMs < oneWayMs) return null
    return this.received === 0 ? 'nothing_came' : 'stopped'
  }
}
