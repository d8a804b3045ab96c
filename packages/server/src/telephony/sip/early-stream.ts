import type { MediaStream } from '@parley/wire/rtp/media-engine'
import { readAnswer } from '@parley/wire/sdp/answer'
import type { DialRequest } from '../port.ts'

const frameMs = 20

/**
 * The stream of a call that is being dialled. A provisional answer with a session description (RFC 3960) lets the
 * network be heard; the answer goes on with the same stream, whose clock then counts anew for the leg.
 */
export class EarlyStream {
  readonly #stream: MediaStream
  readonly #offer: string
  /** The stream's own clock when the callee answered, on the border of a frame. */
  answeredAtMs = 0
  #described = false
  #answered = false

  constructor(stream: MediaStream, offer: string, { hearEarly }: Pick<DialRequest, 'hearEarly'>) {
    this.#stream = stream
    this.#offer = offer
    if (!hearEarly) return
    stream.onFrame((frame, atMs) => {
      if (!this.#answered) hearEarly(frame, atMs)
    })
  }

  /** A description that can not be used is no fault before the answer: the call is merely not heard. */
  described(sdp: string): void {
    try {
      this.#stream.start(readAnswer(this.#offer, sdp))
      this.#described = true
    } catch {
      // The answer brings its own description, and what is wrong with that one is told.
    }
  }

  /** Throws where the description can not be used. */
  answered(sdp: string): void {
    if (this.#described) this.answeredAtMs = Math.floor(this.#stream.positionMs / frameMs) * frameMs
    this.#answered = true
    this.#stream.start(readAnswer(this.#offer, sdp))
  }
}
