/**
 * A ring of equally long records between two threads: one puts, the other takes, nobody waits. A record is
 * a few 32-bit words and some bytes, written in place, so that nothing is allocated on either side.
 */

export interface RecordShape {
  words: number
  bytes: number
  /** A power of two: positions grow and wrap. */
  count: number
}

export function recordRingBytes(shape: RecordShape): number {
  return (shape.words * 4 + shape.bytes) * shape.count
}

/** Where the ring lies in shared memory, and where it keeps its two positions. */
export interface RecordRingPlace {
  offset: number
  shape: RecordShape
  positions: Int32Array
  write: number
  read: number
}

export class RecordRing {
  /** All records' words; the current record's begin at `wordAt`. */
  readonly words: Int32Array
  /** All records' bytes; the current record's begin at `byteAt`. */
  readonly bytes: Uint8Array
  wordAt = 0
  byteAt = 0
  readonly #place: RecordRingPlace

  constructor(memory: SharedArrayBuffer, place: RecordRingPlace) {
    const { offset, shape } = place
    this.words = new Int32Array(memory, offset, shape.words * shape.count)
    this.bytes = new Uint8Array(memory, offset + this.words.byteLength, shape.bytes * shape.count)
    this.#place = place
  }

  /** Producer's side: makes the next record current, to be filled before `publish`; false when the consumer is a whole ring behind. */
  next(): boolean {
    const { positions, write, read, shape } = this.#place
    const position = Atomics.load(positions, write)
    if (((position - Atomics.load(positions, read)) | 0) >= shape.count) return false
    this.#select(position)
    return true
  }

  publish(): void {
    Atomics.add(this.#place.positions, this.#place.write, 1)
  }

  /** Consumer's side: makes the oldest record current, to be read before `release`; false when there is none. */
  peek(): boolean {
    const { positions, write, read } = this.#place
    const position = Atomics.load(positions, read)
    if (position === Atomics.load(positions, write)) return false
    this.#select(position)
    return true
  }

  release(): void {
    Atomics.add(this.#place.positions, this.#place.read, 1)
  }

  #select(position: number): void {
    const { words, bytes, count } = this.#place.shape
    const index = position & (count - 1)
    this.wordAt = index * words
    this.byteAt = index * bytes
  }
}
