import { monotonicMs } from './monotonic.ts'

/** A wake-up is a system call here and a turn of the event loop there: so many milliseconds lie between two. */
const quietMs = 1

/**
 * Wakes the other thread. The first ring after a while strikes within this turn of the loop, and takes with it
 * whatever the turn still brings; what comes right after a strike waits for the next one, a millisecond or two
 * later. A few calls are heard at once, many share their wake-ups.
 */
export class Bell {
  readonly #cell: Int32Array
  readonly #later: NodeJS.Timeout
  #isRinging = false
  #struckMs = Number.NEGATIVE_INFINITY

  constructor(cell: Int32Array) {
    this.#cell = cell
    // One timer for good: setting a new one for each ring would be garbage of the 20 ms path.
    this.#later = setTimeout(this.#strike, quietMs)
  }

  ring(): void {
    if (this.#isRinging) return
    this.#isRinging = true
    if (monotonicMs() - this.#struckMs >= quietMs) setImmediate(this.#strike)
    else this.#later.refresh()
  }

  stop(): void {
    clearTimeout(this.#later)
  }

  readonly #strike = (): void => {
    if (!this.#isRinging) return
    this.#isRinging = false
    this.#struckMs = monotonicMs()
    Atomics.add(this.#cell, 0, 1)
    Atomics.notify(this.#cell, 0)
  }
}
