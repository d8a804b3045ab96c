import type { Arrival, Leg, Refusal } from '../port.ts'
import type { IncomingStreamCall } from './incoming-call.ts'

/** What a vendor can be told. Who is refused for what we know of numbers or neighbours is not called back. */
const meaningOf: Readonly<Record<Refusal, 'busy' | 'rejected'>> = {
  forbidden: 'rejected',
  unknown: 'rejected',
  unprotected: 'rejected',
  busy: 'busy',
  unavailable: 'busy',
}

/** What networks write where a caller withheld the number; Twilio spells ANONYMOUS in digits. */
const withheld = /^(|anonymous|restricted|unavailable|unknown|private|\+?266696687)$/i

/** A call that a vendor announced, until it is answered or refused. */
export class StreamArrival implements Arrival {
  readonly providerCallId: string
  readonly to: string
  readonly from: string | null
  /** The carrier that brought it: its signature has proved that. */
  readonly source: string
  readonly #call: IncomingStreamCall

  constructor(call: IncomingStreamCall, source: string) {
    this.providerCallId = call.providerCallId
    this.to = call.to
    this.from = withheld.test(call.from) ? null : call.from
    this.source = source
    this.#call = call
  }

  /** Vendors let the caller hear ringing by themselves. */
  ring(): void {}

  answer(signal: AbortSignal): Promise<Leg> {
    return this.#call.accept(signal)
  }

  refuse(why: Refusal): void {
    this.#call.refuse(meaningOf[why])
  }
}
