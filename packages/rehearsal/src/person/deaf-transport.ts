import type { OpenTransport, TransportReceiver } from '@parley/wire/sip/transport'
import { openUdpTransport } from '@parley/wire/sip/udp-transport'

/** SIP over UDP that can go dead for single calls, as a phone does whose battery is empty. */
export interface DeafTransport {
  readonly open: OpenTransport
  /** From now on nothing of this call is heard or answered. */
  ignore(callId: string): void
}

const mostIgnored = 1_000

export function createDeafTransport(): DeafTransport {
  const ignored = new Set<string>()
  const isIgnored = (message: Buffer): boolean => ignored.size > 0 && ignored.has(callIdOf(message))
  return {
    ignore(callId) {
      if (ignored.size >= mostIgnored) ignored.clear()
      ignored.add(callId)
    },
    async open(local, receiver, signal) {
      const hearing: TransportReceiver = {
        message(bytes, from) {
          if (!isIgnored(bytes)) receiver.message(bytes, from)
        },
        failed: error => receiver.failed(error),
      }
      const transport = await openUdpTransport(local, hearing, signal)
      return {
        protocol: transport.protocol,
        reliable: transport.reliable,
        host: transport.host,
        port: transport.port,
        send: async (message, to) => {
          if (!isIgnored(message)) await transport.send(message, to)
        },
        close: () => transport.close(),
      }
    },
  }
}

/** Header names compare without case; `i` is the short form (RFC 3261 §7.3.3). */
function callIdOf(message: Buffer): string {
  return /^(?:call-id|i)\s*:\s*(\S+)/im.exec(message.toString('latin1'))?.[1] ?? ''
}
