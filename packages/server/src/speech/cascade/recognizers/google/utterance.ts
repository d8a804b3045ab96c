import { status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js'
import { AudioPlace } from '../../audio-place.ts'
import type { RecognizerEvent } from '../../port.ts'
import type { RecognizeRequest, RecognizeResponse } from './protocol.ts'
import { readResults } from './results.ts'

export type Call = ClientDuplexStream<RecognizeRequest, RecognizeResponse>

/** How a stream ended that did not end in order. */
export type StreamError = Pick<ServiceError, 'code' | 'details'>

export interface UtteranceListener {
  /** The service has taken the stream. Told at most once. */
  accepted(): void
  tell(event: RecognizerEvent): void
  /** The stream is over; null: in order. */
  ended(utterance: Utterance, error: StreamError | null): void
}

/** One stream of the service, from speech to the pause after it. */
export class Utterance {
  readonly #call: Call
  readonly #place = new AudioPlace()
  readonly #listener: UtteranceListener
  /** Milliseconds of this stream's audio whose text is final. */
  #settledMs = 0
  #onsetMs = 0
  #pausedMs: number | null = null
  /** Runs from the end of the audio to the end of the stream, anew with every word from the service. */
  #answer: NodeJS.Timeout | undefined
  #over = false

  constructor(call: Call, listener: UtteranceListener) {
    this.#call = call
    this.#listener = listener
    call.on('metadata', () => this.#listener.accepted())
    call.on('data', (response: RecognizeResponse) => this.#received(response))
    call.on('error', (error: ServiceError) => this.#end(error))
    call.on('end', () => this.#end(null))
  }

  get sentMs(): number {
    return this.#place.sentMs
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#place.sent(frame.length, atMs)
    this.#call.write({ audioContent: Uint8Array.from(frame) })
  }

  started(atMs: number): void {
    this.#onsetMs = atMs
  }

  /**
   * No more audio comes: what is still open becomes final. A pause is answered when that is told, for which
   * the service has `withinMs`.
   */
  finish(pausedMs: number | null, withinMs: number): void {
    this.#pausedMs = pausedMs
    this.#call.end()
    this.#answer = setTimeout(() => {
      this.#end({ code: status.DEADLINE_EXCEEDED, details: `no answer within ${withinMs} ms` })
      this.#call.cancel()
    }, withinMs)
  }

  cancel(): void {
    this.#over = true
    clearTimeout(this.#answer)
    this.#call.cancel()
  }

  #received(response: RecognizeResponse): void {
    if (this.#over) return
    this.#answer?.refresh()
    const { finals, guess } = readResults(response, this.#settledMs)
    for (const final of finals) {
      this.#settledMs = final.endMs
      if (final.text === '') continue
      this.#listener.tell({ type: 'final', ...this.#place.recognized(final), more: true })
    }
    if (!guess) return
    const endMs = this.#place.mediaMs(guess.endMs)
    const startMs = Math.min(endMs, Math.max(this.#onsetMs, this.#place.mediaMs(this.#settledMs)))
    this.#listener.tell({ type: 'partial', text: guess.text, startMs, endMs })
  }

  #end(error: StreamError | null): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#answer)
    const atMs = this.#pausedMs
    if (atMs !== null && !error) this.#listener.tell({ type: 'final', text: '', startMs: atMs, endMs: atMs })
    this.#listener.ended(this, error)
  }
}
