import { lingerMs, type Timings } from '../transaction/timings.ts'

export type AnswerOutcome = 'acknowledged' | 'unacknowledged' | 'ended'

/**
 * A 2xx to INVITE on its way to its ACK. RFC 3261 §13.3.1.4: its sender repeats it end to end, over any transport,
 * after T1, 2·T1, … up to every T2, and gives up after 64·T1.
 */
export class PendingAnswer {
  readonly outcome: Promise<AnswerOutcome>
  readonly #resolve: (outcome: AnswerOutcome) => void
  readonly #deadline: NodeJS.Timeout
  #resend: NodeJS.Timeout

  constructor(send: () => void, timings: Timings) {
    const { promise, resolve } = Promise.withResolvers<AnswerOutcome>()
    this.outcome = promise
    this.#resolve = resolve
    const repeat = (intervalMs: number): NodeJS.Timeout =>
      setTimeout(() => {
        send()
        this.#resend = repeat(Math.min(intervalMs * 2, timings.t2Ms))
      }, intervalMs)
    this.#resend = repeat(timings.t1Ms)
    this.#deadline = setTimeout(() => this.settle('unacknowledged'), lingerMs(timings))
  }

  settle(outcome: AnswerOutcome): void {
    clearTimeout(this.#resend)
    clearTimeout(this.#deadline)
    this.#resolve(outcome)
  }
}
