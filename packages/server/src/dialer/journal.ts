import type { CallEventBody } from '@parley/contract/events'
import type { CallId } from '../domain/ids.ts'

const flushEveryMs = 100
const retryEveryMs = 1_000
/** About an hour of a lively call: a database that is away loses nothing, a runaway call ends here. */
const maxWaiting = 20_000

/** Writes a batch of events, all or nothing. */
export type WriteEvents = (callId: CallId, events: readonly CallEventBody[]) => Promise<void>

/**
 * Keeps what happens during a call in order and hands it to the store in batches, apart from the
 * call's own time: reporting never waits, and a database that is away delays the feed, not the talk.
 */
export class Journal {
  readonly #callId: CallId
  readonly #write: WriteEvents
  readonly #onTrouble: (error: unknown) => void
  #waiting: CallEventBody[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(callId: CallId, deps: { write: WriteEvents; onTrouble: (error: unknown) => void }) {
    this.#callId = callId
    this.#write = deps.write
    this.#onTrouble = deps.onTrouble
  }

  /** Synchronous; the event is stored within 100 ms while the store answers. */
  readonly report = (event: CallEventBody): void => {
    if (this.#closed || this.#waiting.length >= maxWaiting) return
    this.#waiting.push(event)
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
          this.#onTrouble(error)
          if (!this.#closed) this.#schedule(retryEveryMs)
        })
    }, delayMs)
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    try {
      await this.#write(this.#callId, batch)
    } catch (error) {
      this.#waiting = [...batch, ...this.#waiting]
      throw error
    }
  }
}
