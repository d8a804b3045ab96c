import type { ServerTransaction } from '../transaction/server-transaction.ts'
import type { DialogParty } from './agent-context.ts'
import type { ReliableRinging } from './reliable-ringing.ts'

/** A call that rings reliably: what comes for it before it is answered (RFC 3261 §12, RFC 3262 §3). */
export class EarlyDialog implements DialogParty {
  readonly #ringing: ReliableRinging
  readonly #reject: (status: number) => void

  constructor(ringing: ReliableRinging, reject: (status: number) => void) {
    this.#ringing = ringing
    this.#reject = reject
  }

  request(transaction: ServerTransaction): void {
    switch (transaction.request.method) {
      case 'PRACK':
        // An offer in PRACK would need an answer; nobody here makes one before the call is answered.
        return transaction.respond(
          transaction.request.body.length > 0
            ? { status: 488 }
            : this.#ringing.acknowledge(transaction.request),
        )
      case 'BYE':
        transaction.respond({ status: 200 })
        return this.#reject(487)
      case 'OPTIONS':
        return transaction.respond({ status: 200 })
      default:
        // RFC 3311 §5.2: ask again when the call is answered.
        return transaction.respond({ status: 500, headers: [['Retry-After', '5']] })
    }
  }

  /** No 2xx was sent, so that there is nothing to acknowledge. */
  acknowledged(): void {}

  hangUp(): Promise<void> {
    this.#reject(480)
    return Promise.resolve()
  }

  abandon(): void {
    this.#ringing.stop()
  }
}
