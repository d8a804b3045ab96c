import type { CalleeLine, MediaLine } from './media-line.ts'

/** What the phone network does to a call. */
export type Refusal = 'busy' | 'rejected' | 'no-answer' | 'failed'

export type Progress =
  | { type: 'placed' }
  | { type: 'ringing' }
  | { type: 'answered' }
  | { type: 'ended'; how: Refusal | 'cancelled' | 'completed' }

/** What a vendor's stand-in does for its calls, in that vendor's protocol. */
export interface CallBackend {
  report(call: StandInCall, progress: Progress): Promise<void>
  openMedia(call: StandInCall): Promise<MediaLine>
  /** The callee picks up, and what is to be done then is never done. */
  answerDeaf(call: StandInCall): Promise<void>
}

/** A call that a client has placed: the test is the phone network and the callee. */
export class StandInCall {
  readonly id: string
  readonly to: string
  readonly from: string
  /** What the vendor's API was given besides. */
  readonly order: Readonly<Record<string, string>>
  /** Resolves when the client has ended the call by the API. */
  readonly hungUp: Promise<void>
  line: MediaLine | undefined
  state: 'queued' | 'ringing' | 'live' | 'over' = 'queued'
  /** Digits that the client had sent by the API. */
  digits = ''
  readonly #backend: CallBackend
  readonly #hungUp = Promise.withResolvers<void>()

  constructor(
    backend: CallBackend,
    place: { id: string; to: string; from: string; order: Record<string, string> },
  ) {
    this.#backend = backend
    this.id = place.id
    this.to = place.to
    this.from = place.from
    this.order = place.order
    this.hungUp = this.#hungUp.promise
  }

  async ring(): Promise<void> {
    this.state = 'ringing'
    await this.#backend.report(this, { type: 'ringing' })
  }

  /** The callee picks up: audio is connected as the vendor does it. */
  async answer(): Promise<CalleeLine> {
    this.state = 'live'
    const [line] = await Promise.all([
      this.#backend.openMedia(this),
      this.#backend.report(this, { type: 'answered' }),
    ])
    this.line = line
    return {
      heard: () => line.heard(),
      say: audio => line.say(audio),
      press: digits => line.press(digits),
      hangUp: () => this.#end('completed'),
    }
  }

  /** Reports that the call was answered, and connects no audio. */
  async answerDeaf(): Promise<void> {
    this.state = 'live'
    await this.#backend.answerDeaf(this)
  }

  async refuse(how: Refusal): Promise<void> {
    await this.#end(how)
  }

  /** The client's request to end the call; false when it is over already. */
  end(): boolean {
    if (this.state === 'over') return false
    const how = this.state === 'live' ? 'completed' : 'cancelled'
    this.#hungUp.resolve()
    void this.#end(how)
    return true
  }

  async #end(how: Extract<Progress, { type: 'ended' }>['how']): Promise<void> {
    if (this.state === 'over') return
    this.state = 'over'
    this.line?.end()
    await this.#backend.report(this, { type: 'ended', how })
  }
}
