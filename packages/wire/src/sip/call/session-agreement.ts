import type { Answer } from '../build-response.ts'
import { sdpOf, type ReceivedRequest } from '../message.ts'
import { dialogHeaders, sdpHeader, type AgentContext } from './agent-context.ts'

/** The session descriptions in force on both sides of a dialog, and how the other side changes them (RFC 3264 §8). */
export class SessionAgreement {
  readonly #context: AgentContext
  readonly #contact: string
  #local: string
  #remote: string
  #answerOffer: (offerSdp: string) => string = () => this.#local

  constructor(
    context: AgentContext,
    agreed: { localSdp: string; remoteSdp: string; dialog: { localTarget: string } },
  ) {
    this.#contact = agreed.dialog.localTarget
    this.#context = context
    this.#local = agreed.localSdp
    this.#remote = agreed.remoteSdp
  }

  get local(): string {
    return this.#local
  }

  get remote(): string {
    return this.#remote
  }

  answerOffersBy(answer: (offerSdp: string) => string): void {
    this.#answerOffer = answer
  }

  /** Offer and answer of a change that we began. */
  agree(local: string, remote: string): void {
    this.#local = local
    this.#remote = remote
  }

  /** The other side answered an offer of ours. */
  takeAnswer(sdp: string): void {
    this.#remote = sdp
  }

  /** Our 200, with our description, to a request that may carry an offer; or its refusal, and nothing has changed. */
  answerTo(request: ReceivedRequest): Answer {
    const offer = sdpOf(request)
    if (offer === undefined && request.body.length > 0) {
      return { status: 415, headers: [['Accept', 'application/sdp']] }
    }
    try {
      if (offer !== undefined) this.#local = this.#answerOffer(offer)
    } catch (error) {
      this.#context.fault(error)
      return { status: 488 }
    }
    this.#remote = offer ?? this.#remote
    return this.describe()
  }

  /** A 200 that says how we are to be reached. */
  describe(): Answer {
    const headers = [...dialogHeaders(this.#context, this.#contact), sdpHeader]
    return { status: 200, headers, body: Buffer.from(this.#local, 'utf8') }
  }
}
