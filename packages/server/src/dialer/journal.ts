import type { CallEventBody } from '@parley/contract/events'
import type { CallId } from '../domain/ids.ts'

const flushEveryMs = 100
const retryEveryMs = 1_000
/** About an hour of a lively call: a database that is away loses nothing, a runaway call ends here. */
const maxWaiting = 20_000

/** An event, and when it occurred in epoch milliseconds of this process. */
export interface Occurred {
  readonly event: CallEventBody
  readonly atMs: number
}

/** Writes a batch of events, all or nothing. */
export type WriteEvents = (callId: CallId, events: readonly Occurred[]) => Promise<void>

export interface JournalDeps {
  readonly write: WriteEvents
  /** Hears of each event as it is reported. */
  readonly onEvent: (event: CallEventBody, atMs: number) => void
  readonly onTrouble: (error: unknown) => void
}

/**
 * Keeps what happens during a call in order and hands it to the store in batches, apart from the
 * call's own time: reporting never waits, and a database that is away delays the feed, not the talk.
 */
export class Journal {
  readonly #callId: CallId
  readonly #deps: JournalDeps
  #waiting: Occurred[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(callId: CallId, deps: JournalDeps) {
    this.#callId = callId
    this.#deps = deps
  }

  /** Synchronous; the event is stored within 100 ms while the store answers. */
  readonly report = (event: CallEventBody): void => {
    if (this.#closed || this.#waiting.length >= maxWaiting) return
    const atMs = Date.now()
    this.#deps.onEvent(event, atMs)
    this.#waiting.push({ event, atMs })
    this.#schedule(flushEveryMs)
  }

  /** Stores what is left; rejects when the store does not take it. Nothing can be reported afterwards. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#writing
    await this.#flush()
  }

  #schedule(delayMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#writing
        .then(() => this.#flush())
        .catch(error => {
          this.#deps.onTrouble(error)
          if (!this.#closed) this.#schedule(retryEveryMs)
        })
    }, delayMs)
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    try {
      await this.#deps.write(this.#callId, batch)
    } catch (error) {
      this.#waiting = [...batch, ...this.#waiting]
      throw error
    }
  }
}
