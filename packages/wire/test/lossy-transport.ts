import type { OpenTransport, SipTransport } from '../src/sip/transport.ts'
import { openUdpTransport } from '../src/sip/udp-transport.ts'

/** A UDP transport that loses what `loses` picks among the messages it should send. */
export const lossyTransport =
  (loses: (message: string) => boolean): OpenTransport =>
  async (local, receiver, signal) => {
    const inner = await openUdpTransport(local, receiver, signal)
    const lossy: SipTransport = {
      protocol: inner.protocol,
      reliable: inner.reliable,
      host: inner.host,
      port: inner.port,
      send: (message, to) => (loses(message.toString()) ? Promise.resolve() : inner.send(message, to)),
      close: () => inner.close(),
    }
    return lossy
  }

/** Loses the first `count` messages that begin like this. */
export function losesFirst(count: number, beginning: RegExp): (message: string) => boolean {
  let left = count
  return message => beginning.test(message) && left-- > 0
}
