/** Gathers frames into the longer pieces that a vendor wants. The piece is valid only during the call. */
export class AudioPieces {
  readonly #piece: Uint8Array
  readonly #tell: (piece: Uint8Array) => void
  #filled = 0

  constructor(pieceBytes: number, tell: (piece: Uint8Array) => void) {
    this.#piece = new Uint8Array(pieceBytes)
    this.#tell = tell
  }

  write(frame: Uint8Array): void {
    let at = 0
    while (at < frame.length) {
      const taken = Math.min(frame.length - at, this.#piece.length - this.#filled)
      this.#piece.set(frame.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled === this.#piece.length) this.#tell(this.take())
    }
  }

  /** What has not filled a piece, which may be nothing. */
  take(): Uint8Array {
    const filled = this.#filled
    this.#filled = 0
    return this.#piece.subarray(0, filled)
  }
}
