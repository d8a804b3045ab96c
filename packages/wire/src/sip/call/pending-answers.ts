import type { ServerTransaction } from '../transaction/server-transaction.ts'
import type { Answer } from '../build-response.ts'
import type { Timings } from '../transaction/timings.ts'
import { PendingAnswer, type AnswerOutcome } from './pending-answer.ts'

/** The 2xx answers of one dialog that still wait for their ACK, by CSeq. */
export class PendingAnswers {
  readonly #timings: Timings
  readonly #pending = new Map<number, PendingAnswer>()

  constructor(timings: Timings) {
    this.#timings = timings
  }

  get any(): boolean {
    return this.#pending.size > 0
  }

  /** Answers an INVITE, again and again until its ACK. */
  async send(transaction: ServerTransaction, answer: Answer): Promise<AnswerOutcome> {
    const { sequence } = transaction.request.envelope
    const pending = new PendingAnswer(() => transaction.respond(answer), this.#timings)
    this.#pending.set(sequence, pending)
    transaction.respond(answer)
    const outcome = await pending.outcome
    this.#pending.delete(sequence)
    return outcome
  }

  /** False for an ACK that nothing waits for, as a copy of an earlier one. */
  acknowledge(sequence: number): boolean {
    const pending = this.#pending.get(sequence)
    pending?.settle('acknowledged')
    return pending !== undefined
  }

  end(): void {
    for (const pending of this.#pending.values()) pending.settle('ended')
  }
}
