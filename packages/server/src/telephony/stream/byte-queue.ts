/** A first-in first-out queue of bytes that grows up to a limit and keeps its room. */
export class ByteQueue {
  readonly #limit: number
  #bytes: Uint8Array
  #start = 0
  #length = 0

  constructor(limit: number, room = 16_384) {
    this.#limit = limit
    this.#bytes = new Uint8Array(Math.min(limit, room))
  }

  get length(): number {
    return this.#length
  }

  /** All of it, or nothing and false when it would go over the limit. */
  write(data: Uint8Array): boolean {
    const length = this.#length + data.length
    if (length > this.#limit) return false
    if (length > this.#bytes.length) this.#grow(length)
    const at = (this.#start + this.#length) % this.#bytes.length
    const first = Math.min(data.length, this.#bytes.length - at)
    this.#bytes.set(data.subarray(0, first), at)
    if (first < data.length) this.#bytes.set(data.subarray(first), 0)
    this.#length = length
    return true
  }

  /** Fills `into` as far as there is data, and answers how many bytes that was. */
  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#length)
    const first = Math.min(count, this.#bytes.length - this.#start)
    into.set(this.#bytes.subarray(this.#start, this.#start + first))
    if (first < count) into.set(this.#bytes.subarray(0, count - first), first)
    this.#start = (this.#start + count) % this.#bytes.length
    this.#length -= count
    return count
  }

  clear(): void {
    this.#start = 0
    this.#length = 0
  }

  #grow(atLeast: number): void {
    const bytes = new Uint8Array(Math.min(this.#limit, Math.max(atLeast, this.#bytes.length * 2)))
    const length = this.read(bytes)
    this.#bytes = bytes
    this.#start = 0
    this.#length = length
  }
}
