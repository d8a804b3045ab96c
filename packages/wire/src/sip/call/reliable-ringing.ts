import { randomInt } from 'node:crypto'
import type { Answer } from '../build-response.ts'
import type { ReceivedRequest } from '../message.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import { lingerMs, type Timings } from '../transaction/timings.ts'

/**
 * The callee's side of RFC 3262, for a caller who requires it: a provisional answer is repeated until its PRACK, and the
 * next one waits for that. A caller who never acknowledges has failed.
 */
export class ReliableRinging {
  readonly #transaction: ServerTransaction
  readonly #timings: Timings
  readonly #failed: () => void
  readonly #waiting: Answer[] = []
  #number = randomInt(1, 2 ** 30)
  #unacknowledged = false
  #idle = Promise.withResolvers<void>()
  #resend: NodeJS.Timeout | undefined
  #deadline: NodeJS.Timeout | undefined

  constructor(transaction: ServerTransaction, timings: Timings, failed: () => void) {
    this.#transaction = transaction
    this.#timings = timings
    this.#failed = failed
    this.#idle.resolve()
  }

  /** Resolves when nothing waits for its PRACK (any more). */
  get settled(): Promise<void> {
    return this.#idle.promise
  }

  send(answer: Answer): void {
    if (this.#unacknowledged) return void this.#waiting.push(answer)
    this.#idle = Promise.withResolvers<void>()
    this.#begin(answer)
  }

  /** RFC 3262 §3: 481 to a PRACK that fits nothing. */
  acknowledge(prack: ReceivedRequest): Answer {
    const [number, sequence, method] = (prack.headers.get('RAck') ?? '').trim().split(/\s+/)
    const { envelope } = this.#transaction.request
    const fits =
      this.#unacknowledged &&
      Number(number) === this.#number &&
      Number(sequence) === envelope.sequence &&
      method === 'INVITE'
    if (!fits) return { status: 481 }
    this.#stopRepeating()
    const next = this.#waiting.shift()
    if (next) this.#begin(next)
    else this.#idle.resolve()
    return { status: 200 }
  }

  /** The final answer is out, or the call is over. */
  stop(): void {
    this.#stopRepeating()
    this.#waiting.length = 0
    this.#idle.resolve()
  }

  #begin(answer: Answer): void {
    this.#unacknowledged = true
    this.#number += 1
    const headers = [
      ...(answer.headers ?? []),
      ['Require', '100rel'] as const,
      ['RSeq', String(this.#number)] as const,
    ]
    const send = (): void => this.#transaction.respond({ ...answer, headers })
    const repeat = (intervalMs: number): NodeJS.Timeout =>
      setTimeout(() => {
        send()
        this.#resend = repeat(intervalMs * 2)
      }, intervalMs)
    send()
    this.#resend = repeat(this.#timings.t1Ms)
    this.#deadline = setTimeout(() => this.#failed(), lingerMs(this.#timings))
  }

  #stopRepeating(): void {
    this.#unacknowledged = false
    clearTimeout(this.#resend)
    clearTimeout(this.#deadline)
  }
}
