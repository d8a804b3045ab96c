import type { RecognizerStream } from './port.ts'

/** Ten seconds: no change of recognizers takes so long. */
const MOST_FRAMES = 500

type Heard = (ears: RecognizerStream) => void

/** A recognizer whose place another one can take: what is heard meanwhile waits for whoever hears afterwards. */
export class ChangingEars implements RecognizerStream {
  #ears: RecognizerStream
  #waiting: Heard[] | null = null
  #frames = 0

  constructor(ears: RecognizerStream) {
    this.#ears = ears
  }

  hear(frame: Uint8Array, atMs: number): void {
    if (!this.#waiting) return this.#ears.hear(frame, atMs)
    if (++this.#frames > MOST_FRAMES) return
    const kept = Uint8Array.from(frame)
    this.#waiting.push(ears => ears.hear(kept, atMs))
  }

  speech(event: { type: 'started' | 'stopped'; atMs: number }): void {
    if (this.#waiting) this.#waiting.push(ears => ears.speech(event))
    else this.#ears.speech(event)
  }

  expect(phrases: readonly string[]): void {
    this.#ears.expect(phrases)
  }

  /** Until settle(). */
  hold(): void {
    this.#waiting ??= []
    this.#frames = 0
  }

  /** What has waited is heard, by the same recognizer or by the one that takes its place. */
  async settle(next: RecognizerStream = this.#ears): Promise<void> {
    const before = this.#ears
    const waiting = this.#waiting ?? []
    this.#ears = next
    this.#waiting = null
    for (const tell of waiting) tell(next)
    if (before !== next) await before[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting = null
    await this.#ears[Symbol.asyncDispose]()
  }
}
