/** Times between packets, counted in bins so that a call of any length costs the same. */
const BIN_MS = 0.5
const BINS = 1000

export class GapHistogram {
  readonly #counts = new Uint32Array(BINS)
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Gaps longer than the histogram count as its longest. */
  note(gapMs: number): void {
    const bin = Math.max(0, Math.min(BINS - 1, Math.floor(gapMs / BIN_MS)))
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1
    this.#total++
  }

  /** The gap that this share (0–1) of all gaps stays within, to half a millisecond; 0 before the first. */
  quantileMs(share: number): number {
    let seen = 0
    for (let bin = 0; bin < BINS && this.#total > 0; bin++) {
      seen += this.#counts[bin] ?? 0
      if (seen >= this.#total * share) return (bin + 1) * BIN_MS
    }
    return 0
  }
}
