/** Which packets of a source have been taken (RFC 3711 §3.3.2): what was recorded and is sent again is refused. */

/** At least 64; a jittery line reorders less. */
const WINDOW = 128

export class ReplayWindow {
  /** The newest index that was taken. */
  highest = -1
  readonly #taken = new Float64Array(WINDOW).fill(-1)

  isFresh(index: number): boolean {
    return index > this.highest - WINDOW && this.#taken[index % WINDOW] !== index
  }

  /** To be called for authentic packets only. */
  take(index: number): void {
    this.#taken[index % WINDOW] = index
    this.highest = Math.max(this.highest, index)
  }
}
