import { giveUpAtMs, refreshAtMs, type SessionTimer } from './session-timer.ts'

/** Calls back when a session has to be refreshed, and when nobody did (RFC 4028 §10). */
export class SessionClock {
  readonly #due: { refresh(): void; expire(): void }
  #timer: SessionTimer | undefined
  #refreshing: NodeJS.Timeout | undefined
  #expiring: NodeJS.Timeout | undefined

  constructor(due: { refresh(): void; expire(): void }) {
    this.#due = due
  }

  get timer(): SessionTimer | undefined {
    return this.#timer
  }

  /** From now on; undefined: the session has no end any more. */
  restart(timer: SessionTimer | undefined): void {
    this.stop()
    this.#timer = timer
    if (!timer) return
    this.#expiring = setTimeout(() => this.#due.expire(), giveUpAtMs(timer))
    if (timer.refresher === 'local')
      this.#refreshing = setTimeout(() => this.#due.refresh(), refreshAtMs(timer))
  }

  stop(): void {
    clearTimeout(this.#refreshing)
    clearTimeout(this.#expiring)
  }
}
