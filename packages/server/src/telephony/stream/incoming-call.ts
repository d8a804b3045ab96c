import { DialFailed, type Leg } from '../port.ts'
import type { CallUrls, InboundReply, IncomingReport, Vendor } from '../vendor.ts'
import type { Created } from './create-call.ts'
import type { RestClient } from './rest-client.ts'

/** A call from outside that rings. One of `accept` and `refuse` ends the ringing. */
export interface IncomingStreamCall {
  /** E.164, or what the caller's network gave instead. */
  readonly from: string
  readonly to: string
  readonly providerCallId: string
  /** Resolves when the audio stands; rejects with DialFailed when the caller has gone. */
  accept(signal: AbortSignal): Promise<Leg>
  refuse(why: 'busy' | 'rejected'): void
}

/** The vendor's request for instructions waits no longer, in milliseconds: it would give up by itself. */
const decisionMs = 8_000
const commandMs = 8_000

export interface DecisionDeps {
  readonly vendor: Vendor
  readonly rest: RestClient
  readonly report: IncomingReport
  readonly urls: CallUrls
}

/** What becomes of a call that rings: told to the vendor in its answer, or by a command of our own. */
export class Decision {
  readonly #deps: DecisionDeps
  readonly #reply = Promise.withResolvers<InboundReply>()
  readonly #late: NodeJS.Timeout
  #isMade = false
  isAccepted = false

  constructor(deps: DecisionDeps) {
    this.#deps = deps
    this.#late = setTimeout(() => this.refuse('busy'), decisionMs)
  }

  get reply(): Promise<InboundReply> {
    return this.#reply.promise
  }

  refuse(why: 'busy' | 'rejected'): void {
    if (this.#isMade) return
    const reply = this.#deps.vendor.inbound.refuse(this.#deps.report.ids, why)
    this.#make(reply)
    // A refusal that does not arrive leaves the caller ringing until the network tires of it: no harm is done.
    if (reply.request)
      void this.#deps.rest.send(reply.request, AbortSignal.timeout(commandMs)).catch(() => undefined)
  }

  async accept(signal: AbortSignal): Promise<Created> {
    const { vendor, rest, report, urls } = this.#deps
    if (this.#isMade) throw gone('The call was decided upon already')
    const reply = vendor.inbound.accept(report.ids, urls)
    this.isAccepted = true
    this.#make(reply)
    if (reply.request) {
      const { status } = await rest.send(reply.request, signal).catch(error => {
        throw gone('The carrier did not take the answer', error)
      })
      if (status < 200 || status >= 300) throw gone(`The carrier refused the answer (HTTP ${status})`)
    }
    return { type: 'created', id: report.ids.live ?? '' }
  }

  #make(reply: InboundReply): void {
    this.#isMade = true
    clearTimeout(this.#late)
    this.#reply.resolve(reply)
  }
}

function gone(message: string, cause?: unknown): DialFailed {
  return new DialFailed('failed', { message, code: null, cause })
}
