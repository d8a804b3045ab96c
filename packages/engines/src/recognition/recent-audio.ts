/**
 * The last seconds of a stream, so that speech can be heard from before it was noticed: by 100 ms as a
 * rule, by seconds when the machine is so busy that the detector lags behind.
 */
const SAMPLES = 40_000
const SAMPLES_PER_MS = 8
/** Audio that comes this much off its place does not continue what is kept. */
const MAX_SLIP_MS = 5

export class RecentAudio {
  private readonly samples = new Float32Array(SAMPLES)
  /** Samples kept, and where the next one goes. */
  private kept = 0
  private head = 0
  private endMs = 0

  add(frame: Float32Array, atMs: number): void {
    if (Math.abs(atMs - this.endMs) > MAX_SLIP_MS) this.clear()
    // The length divides into whole frames of 20 ms, so that a frame never wraps.
    this.samples.set(frame, this.head)
    this.head = (this.head + frame.length) % SAMPLES
    this.kept = Math.min(SAMPLES, this.kept + frame.length)
    this.endMs = atMs + frame.length / SAMPLES_PER_MS
  }

  /** Views of what is kept from a position on, oldest first; valid until the next `add`. */
  since(atMs: number): Float32Array[] {
    const wanted = Math.max(0, Math.round((this.endMs - atMs) * SAMPLES_PER_MS))
    const count = Math.min(this.kept, wanted)
    const from = this.head - count
    if (from >= 0) return count === 0 ? [] : [this.samples.subarray(from, this.head)]
    return [this.samples.subarray(SAMPLES + from), this.samples.subarray(0, this.head)]
  }

  clear(): void {
    this.kept = 0
    this.head = 0
  }
}
