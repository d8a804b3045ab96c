import { FRAME_MS } from './frame.ts'

/**
 * One timer for all legs of a worker. It strikes every 20 ms at absolute times, so that lateness never adds
 * up, and only while somebody rides. Legs send ahead of their clocks, so a late stroke is not heard.
 */
export class Pulse {
  readonly #riders = new Set<() => void>()
  readonly #onTrouble: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #dueMs = 0

  constructor(onTrouble: (error: unknown) => void) {
    this.#onTrouble = onTrouble
  }

  /** Calls `beat` every 20 ms until the answer is called. */
  ride(beat: () => void): () => void {
    this.#riders.add(beat)
    if (this.#timer === undefined) {
      this.#dueMs = performance.now()
      this.#wait()
    }
    return () => {
      this.#riders.delete(beat)
      if (this.#riders.size > 0) return
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  #wait(): void {
    const now = performance.now()
    this.#dueMs += FRAME_MS * Math.max(1, Math.ceil((now - this.#dueMs) / FRAME_MS))
    this.#timer = setTimeout(() => this.#strike(), this.#dueMs - now)
  }

  #strike(): void {
    for (const beat of this.#riders) {
      try {
        beat()
      } catch (error) {
        this.#onTrouble(error)
      }
    }
    if (this.#riders.size > 0) this.#wait()
  }
}
