/**
 * A ring of bytes between two threads: one writes, the other reads, nobody waits. Positions only grow
 * (modulo 2³²). When the ring is empty the writer restarts at its beginning, so that a call that speaks in
 * short turns touches a few pages and not the whole two minutes that the ring can hold.
 */

/** Where the ring keeps its positions in a shared Int32Array. */
export interface ByteRingWords {
  words: Int32Array
  write: number
  read: number
  base: number
}

export class ByteRing {
  readonly #bytes: Uint8Array
  readonly #at: ByteRingWords

  constructor(bytes: Uint8Array, at: ByteRingWords) {
    this.#bytes = bytes
    this.#at = at
  }

  get writePosition(): number {
    return Atomics.load(this.#at.words, this.#at.write)
  }

  get readPosition(): number {
    return Atomics.load(this.#at.words, this.#at.read)
  }

  get length(): number {
    return (this.writePosition - this.readPosition) | 0
  }

  get free(): number {
    return this.#bytes.length - this.length
  }

  /** Writer's side: all of it, or nothing and false when it does not fit. */
  write(data: Uint8Array): boolean {
    if (data.length > this.free) return false
    const { words, write, base } = this.#at
    const position = this.writePosition
    if (this.length === 0) Atomics.store(words, base, position)
    const at = this.#offset(position)
    const first = Math.min(data.length, this.#bytes.length - at)
    this.#bytes.set(first === data.length ? data : data.subarray(0, first), at)
    if (first < data.length) this.#bytes.set(data.subarray(first), 0)
    Atomics.store(words, write, (position + data.length) | 0)
    return true
  }

  /** Reader's side: fills `into` as far as there is data, and answers how many bytes that was. */
  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.length)
    const position = this.readPosition
    let at = this.#offset(position)
    for (let i = 0; i < count; i++) {
      into[i] = this.#bytes[at] ?? 0
      if (++at === this.#bytes.length) at = 0
    }
    Atomics.store(this.#at.words, this.#at.read, (position + count) | 0)
    return count
  }

  /** Reader's side: everything before `position` is dropped; one that is already behind changes nothing. */
  skipTo(position: number): void {
    if (((position - this.readPosition) | 0) > 0) Atomics.store(this.#at.words, this.#at.read, position)
  }

  #offset(position: number): number {
    return ((position - Atomics.load(this.#at.words, this.#at.base)) >>> 0) % this.#bytes.length
  }
}
