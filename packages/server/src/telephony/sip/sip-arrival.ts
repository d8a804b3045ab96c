import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import { answerOffer, readAnswer } from '@parley/wire/sdp/answer'
import { newSrtpKeys } from '@parley/wire/sdp/crypto-line'
import { createOffer } from '@parley/wire/sdp/offer'
import { knownCodecs } from '@parley/wire/sdp/stream-codecs'
import { SdpError } from '@parley/wire/sdp/sdp-error'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import { type Arrival, DialFailed, type Leg, type Refusal } from '../port.ts'
import { callerOf, partyOf } from './called-party.ts'
import { isProtected } from './renegotiate.ts'
import { SipLeg, type Speaks } from './sip-leg.ts'

export interface ArrivalDeps extends Speaks {
  readonly media: MediaEngine
  /** Sent to what we bound at a registrar: the request URI names that, and the called number stands elsewhere. */
  readonly isRegistered?: boolean
}

const statusOf: Readonly<Record<Refusal, number>> = {
  forbidden: 403,
  unknown: 404,
  unprotected: 488,
  busy: 486,
  unavailable: 503,
}
/** When a caller's carrier may try us again, in seconds. */
const retryAfterSeconds = '5'

/** An INVITE that came in, until it is answered or refused. */
export class SipArrival implements Arrival {
  readonly providerCallId: string
  readonly to: string
  readonly from: string | null
  readonly source: string
  readonly #call: IncomingCall
  readonly #deps: ArrivalDeps
  #mustProtect = false

  constructor(call: IncomingCall, deps: ArrivalDeps) {
    this.providerCallId = call.callId
    this.to = deps.isRegistered ? calledAt(call) : partyOf(call.requestUri)
    this.from = callerOf(call.from, call.headers.get('p-asserted-identity')?.[0])
    this.source = call.source.host
    this.#call = call
    this.#deps = deps
  }

  ring(): void {
    this.#call.ring(180)
  }

  /** Only encrypted audio is taken from now on. False: the caller offers none. */
  protect(): boolean {
    this.#mustProtect = true
    return this.#call.sdp === undefined || isProtected(this.#call.sdp)
  }

  /** Asks for proof of who calls (RFC 3261 section 22.2). */
  challenge(challenges: readonly string[]): void {
    this.#call.reject(401, undefined, { 'WWW-Authenticate': challenges })
  }

  async answer(signal: AbortSignal): Promise<Leg> {
    const gone = AbortSignal.any([signal, this.#call.cancelled])
    try {
      return await this.#pickUp(gone)
    } catch (error) {
      if (this.#call.cancelled.aborted) throw callerGone(error)
      if (!(error instanceof SdpError)) throw error
      this.#call.reject(488)
      throw new DialFailed('failed', {
        message: 'The caller offers no audio that we speak',
        code: 488,
        cause: error,
      })
    }
  }

  /** A caller without an offer gets ours, and answers it in its ACK (RFC 3261 section 13.2.1). */
  async #pickUp(signal: AbortSignal): Promise<Leg> {
    const { media, mediaHost, codecs = knownCodecs } = this.#deps
    const stream = await media.openStream(signal)
    try {
      const address = { host: mediaHost, port: stream.port }
      const offered = this.#call.sdp
      const agreed = offered === undefined ? null : answerOffer(offered, { address, codecs })
      const srtp = this.#mustProtect ? { srtp: newSrtpKeys() } : {}
      const ours = agreed?.sdp ?? createOffer({ address, codecs, ...srtp })
      const dialog = await this.#call.accept(ours, signal)
      stream.start(agreed?.media ?? readAnswer(ours, dialog.remoteSdp))
      return new SipLeg(dialog, stream, { mediaHost, codecs })
    } catch (error) {
      await stream[Symbol.asyncDispose]()
      throw error
    }
  }

  refuse(why: Refusal): void {
    const isPassing = why === 'unavailable' || why === 'busy'
    const headers = isPassing ? { 'Retry-After': retryAfterSeconds } : {}
    this.#call.reject(statusOf[why], undefined, headers)
  }
}

/** RFC 7315 section 4.2, or who the caller meant to call. */
function calledAt({ headers, to }: IncomingCall): string {
  return partyOf(headers.get('p-called-party-id')?.[0] ?? to)
}

function callerGone(cause: unknown): DialFailed {
  return new DialFailed('no-answer', { message: 'The caller hung up before the answer', code: null, cause })
}
