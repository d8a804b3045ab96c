/**
 * Why a request to a customer's address brought no answer. `refused`: our own rules forbid the address.
 * The message is fit to be shown to the customer who gave the address.
 */
export class OutgoingFault extends Error {
  readonly kind: 'refused' | 'unreachable' | 'timeout' | 'too_large'

  constructor(kind: OutgoingFault['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'OutgoingFault'
    this.kind = kind
  }
}
