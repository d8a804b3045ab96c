/**
 * Marks behind pieces of audio. The vendor tells when it has played up to one; where it stays silent, our own
 * clock decides a little later. Each is reported exactly once, played or cleared. Names on the wire are ours,
 * so that an echo of a mark that was cleared meanwhile cannot be taken for another of the same name. Pure.
 */

/** How long after its time the vendor may tell of a mark, in milliseconds: network, buffers, a slow vendor. */
const PATIENCE_MS = 1_500

export interface MarkReport {
  readonly name: string
  readonly atMs: number
  readonly cleared: boolean
}

interface Mark {
  readonly name: string
  readonly wireName: string
  /** How many bytes had been written when it was set. */
  readonly position: number
  /** When its last sample should have been played; null before it was sent. */
  endMs: number | null
}

export class VendorMarks {
  #marks: Mark[] = []
  #count = 0

  add(name: string, position: number): void {
    this.#count += 1
    this.#marks.push({ name, wireName: `m${this.#count}`, position, endMs: null })
  }

  /** Wire names of the marks whose audio has all been sent; it will have been played at `endMs`. */
  due(sent: number, endMs: number): readonly string[] {
    if (this.#marks.length === 0) return none
    const due = this.#marks.filter(mark => mark.endMs === null && mark.position <= sent)
    for (const mark of due) mark.endMs = endMs
    return due.map(mark => mark.wireName)
  }

  /** Marks before it have been played too, even if the vendor's word of them was lost. */
  played(wireName: string, nowMs: number): readonly MarkReport[] {
    const index = this.#marks.findIndex(mark => mark.wireName === wireName)
    if (index < 0) return none
    return this.#marks.splice(0, index + 1).map(({ name }) => ({ name, atMs: nowMs, cleared: false }))
  }

  overdue(nowMs: number): readonly MarkReport[] {
    const first = this.#marks[0]
    if (first === undefined || first.endMs === null || first.endMs + PATIENCE_MS > nowMs) return none
    const overdue = this.#marks.filter(({ endMs }) => endMs !== null && endMs + PATIENCE_MS <= nowMs)
    this.#marks = this.#marks.filter(mark => !overdue.includes(mark))
    return overdue.map(({ name, endMs }) => ({ name, atMs: endMs ?? nowMs, cleared: false }))
  }

  /** Everything that has not been played by now is dropped. */
  clear(nowMs: number): readonly MarkReport[] {
    const marks = this.#marks
    this.#marks = []
    return marks.map(({ name, endMs }) => {
      const cleared = endMs === null || endMs > nowMs
      return { name, atMs: cleared ? nowMs : endMs, cleared }
    })
  }
}

const none: readonly never[] = []
