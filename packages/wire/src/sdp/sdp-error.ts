/**
 * `malformed`: no reader could make sense of it. `no_audio`: it has no RTP audio stream that we can speak, be it for want of keys. `no_codec`: its audio has
 * no codec of ours. `refused`: an answer that turns our stream down (port 0).
 */
export type SdpFault = 'malformed' | 'no_audio' | 'no_codec' | 'refused'

/** The only error that reading a session description may raise. In a SIP call it means 488. */
export class SdpError extends Error {
  readonly fault: SdpFault

  constructor(fault: SdpFault, message: string) {
    super(message)
    this.name = 'SdpError'
    this.fault = fault
  }
}
