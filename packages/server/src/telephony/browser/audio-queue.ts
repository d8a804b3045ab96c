/** Audio that waits for its turn, with marks between. Bounded; first in, first out. */
export class AudioQueue {
  readonly #limit: number
  readonly #chunks: Uint8Array[] = []
  /** What has been taken of the first chunk. */
  #offset = 0
  #length = 0
  /** All bytes ever written, and those that were taken or dropped. */
  #written = 0
  #marks: { readonly name: string; readonly at: number }[] = []

  /** `limit`: in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get length(): number {
    return this.#length
  }

  /** All of it, or nothing and false when it would go over the limit. The bytes are copied. */
  write(audio: Uint8Array): boolean {
    if (audio.length === 0) return true
    if (this.#length + audio.length > this.#limit) return false
    this.#chunks.push(audio.slice())
    this.#length += audio.length
    this.#written += audio.length
    return true
  }

  mark(name: string): void {
    this.#marks.push({ name, at: this.#written })
  }

  /** Fills `into` as far as there is audio, and answers how many bytes that was. */
  take(into: Uint8Array): number {
    let filled = 0
    for (let first = this.#chunks[0]; first && filled < into.length; first = this.#chunks[0]) {
      const piece = first.subarray(this.#offset, this.#offset + into.length - filled)
      into.set(piece, filled)
      filled += piece.length
      this.#offset += piece.length
      if (this.#offset < first.length) continue
      this.#chunks.shift()
      this.#offset = 0
    }
    this.#length -= filled
    return filled
  }

  /** Names of the marks that everything before has been taken of, each once. */
  passedMarks(): string[] {
    const taken = this.#written - this.#length
    const passed = this.#marks.filter(({ at }) => at <= taken)
    if (passed.length > 0) this.#marks = this.#marks.slice(passed.length)
    return passed.map(({ name }) => name)
  }

  /** Drops all audio, and answers the names of the marks that stood in it. */
  clear(): string[] {
    const dropped = this.#marks.map(({ name }) => name)
    this.#marks = []
    this.#chunks.length = 0
    this.#offset = 0
    this.#length = 0
    return dropped
  }
}
