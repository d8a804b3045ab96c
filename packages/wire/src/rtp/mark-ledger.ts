/**
 * Which marks have been reached: a mark stands behind the bytes written before it, and is reported exactly
 * once, either played or cleared. Pure; fed with what the media thread says of each slot.
 */

interface Mark {
  name: string
  /** Write position behind which it stands. */
  position: number
  /** How many times the queue had been cleared when it was set: equal positions may lie on both sides of a clear. */
  clears: number
}

export interface MarkReport {
  name: string
  atMs: number
  cleared: boolean
}

/** The queue was cleared for the `clears`-th time, at `atMs`: audio had left up to `from`, and goes on at `to`. */
export interface QueueCleared {
  clears: number
  from: number
  to: number
  atMs: number
}

export class MarkLedger {
  readonly #marks: Mark[] = []
  #playedTo = 0
  /** Media-clock time at which the last audio had been played out. */
  #playedAtMs = 0

  /** Position behind which the next mark stands; undefined while none is waited for. */
  get nextPosition(): number | undefined {
    return this.#marks[0]?.position
  }

  add(mark: Mark): void {
    this.#marks.push(mark)
  }

  /** Audio up to `position` has left in a slot that ends at `endMs`. */
  played(position: number, endMs: number): MarkReport[] {
    const reached = this.#takeWhile(mark => isUpTo(mark.position, this.#playedTo), false)
    if (position === this.#playedTo) return reached
    this.#playedTo = position
    this.#playedAtMs = endMs
    return reached.concat(this.#takeWhile(mark => isUpTo(mark.position, position), false))
  }

  cleared({ clears, from, to, atMs }: QueueCleared): MarkReport[] {
    const reached = this.#takeWhile(mark => mark.clears < clears && isUpTo(mark.position, from), false)
    this.#playedTo = to
    const dropped = this.#takeWhile(mark => mark.clears < clears, true)
    return reached.concat(dropped.map(report => ({ ...report, atMs })))
  }

  /** The stream is over: nothing that is left will be played. */
  end(atMs: number): MarkReport[] {
    return this.#takeWhile(() => true, true).map(report => ({ ...report, atMs }))
  }

  #takeWhile(matches: (mark: Mark) => boolean, cleared: boolean): MarkReport[] {
    const count = this.#marks.findIndex(mark => !matches(mark))
    const taken = this.#marks.splice(0, count < 0 ? this.#marks.length : count)
    return taken.map(({ name }) => ({ name, atMs: this.#playedAtMs, cleared }))
  }
}

/** Positions wrap at 2³². */
function isUpTo(position: number, limit: number): boolean {
  return ((limit - position) | 0) >= 0
}
