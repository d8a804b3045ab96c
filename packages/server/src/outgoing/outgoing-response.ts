import type { Dispatcher } from 'undici'
import { OutgoingFault } from './outgoing-fault.ts'

/** How much of an unread body is taken off the line so that the connection can serve again. */
const leftoverBytes = 64 * 1024
/** And for how long, in milliseconds: an answer that drips keeps nobody waiting. */
const leftoverMs = 500

/** The answer to a request. To be disposed of: an unread body holds its connection. */
export class OutgoingResponse implements AsyncDisposable {
  readonly status: number
  readonly #answer: Dispatcher.ResponseData
  readonly #signal: AbortSignal

  constructor(answer: Dispatcher.ResponseData, signal: AbortSignal) {
    this.status = answer.statusCode
    this.#answer = answer
    this.#signal = signal
    // A connection that breaks after the head concerns nobody who has not asked for the body.
    answer.body.on('error', () => undefined)
  }

  /** One header field, its name in lower case; of several lines the first. */
  header(name: string): string | undefined {
    const value = this.#answer.headers[name]
    return typeof value === 'string' ? value : value?.[0]
  }

  /** The whole body. Rejects with OutgoingFault when it is longer than the limit, breaks off or takes too long. */
  async read(maxBytes: number): Promise<Uint8Array> {
    const pieces: Buffer[] = []
    let size = 0
    try {
      for await (const piece of this.#answer.body) {
        size += piece.length
        if (size > maxBytes)
          throw new OutgoingFault('too_large', `the answer is longer than ${maxBytes} bytes`)
        pieces.push(piece)
      }
    } catch (error) {
      throw this.#asFault(error)
    }
    return Buffer.concat(pieces, size)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { body } = this.#answer
    if (body.destroyed) return
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(leftoverMs)])
    // Cut short or broken, the leftover is lost together with its connection: both are what is wanted.
    await body.dump({ limit: leftoverBytes, signal }).catch(() => body.destroy())
  }

  #asFault(error: unknown): OutgoingFault {
    if (error instanceof OutgoingFault) return error
    if (this.#signal.aborted) return new OutgoingFault('timeout', 'the answer took too long', error)
    return new OutgoingFault('unreachable', 'the answer broke off', error)
  }
}
