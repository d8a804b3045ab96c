/** Why bytes from the network are no SIP message we can act on. `version` would be answered 505, the others 400. */
export type SipParseFault = 'not_sip' | 'version' | 'start_line' | 'header' | 'body' | 'too_large'

/** The only error that parsing SIP may raise. The message names the fault, never the offending content. */
export class SipParseError extends Error {
  readonly fault: SipParseFault

  constructor(fault: SipParseFault, message: string) {
    super(message)
    this.name = 'SipParseError'
    this.fault = fault
  }
}
