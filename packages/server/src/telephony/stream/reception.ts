import { FRAME_MS } from './frame.ts'

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
}
