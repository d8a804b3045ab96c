import type { TimedWord } from '../port.ts'
import type { Recognized } from './port.ts'

/** Bytes of µ-law in a millisecond. */
const BYTES_PER_MS = 8
/** Gaps that are remembered: a recognizer tells of audio within seconds. */
const MOST_MARKS = 64

interface Told {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  readonly words: readonly TimedWord[]
}

/**
 * Where in the call a stretch of a recognizer's own audio lies. Vendors count the audio they were sent; the
 * line may leave some out, and each connection starts at zero.
 */
export class AudioPlace {
  #marks: { readonly sentMs: number; readonly atMs: number }[] = []
  #sentMs = 0
  #untilMs = Number.NaN

  /** Milliseconds of audio sent so far. */
  get sentMs(): number {
    return this.#sentMs
  }

  /** Media clock: the end of what was sent. */
  get untilMs(): number {
    return this.#untilMs
  }

  sent(bytes: number, atMs: number): void {
    if (atMs !== this.#untilMs) {
      this.#marks.push({ sentMs: this.#sentMs, atMs })
      if (this.#marks.length > MOST_MARKS) this.#marks.shift()
    }
    this.#sentMs += bytes / BYTES_PER_MS
    this.#untilMs = atMs + bytes / BYTES_PER_MS
  }

  /** The media clock at `sentMs` of the vendor's; nothing lies after what was sent. */
  mediaMs(sentMs: number): number {
    const mark = this.#marks.findLast(each => each.sentMs <= sentMs) ?? this.#marks[0]
    return mark ? Math.min(mark.atMs + sentMs - mark.sentMs, this.#untilMs) : 0
  }

  /** What the vendor told with its own times, moved onto the media clock. */
  recognized({ text, startMs, endMs, words }: Told): Recognized {
    const placed = words.map(word => ({
      text: word.text,
      startMs: this.mediaMs(word.startMs),
      endMs: this.mediaMs(word.endMs),
    }))
    const place = { text, startMs: this.mediaMs(startMs), endMs: this.mediaMs(endMs) }
    return placed.length > 0 ? { ...place, words: placed } : place
  }
}
