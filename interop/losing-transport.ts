import type { OpenTransport } from '@parley/wire/sip/transport'
import { openUdpTransport } from '@parley/wire/sip/udp-transport'

/** UDP on which the first `count` packets that begin so are lost on the way. */
export function losing(start: string, count: number): OpenTransport {
  return async (local, receiver, signal) => {
    const transport = await openUdpTransport(local, receiver, signal)
    let lost = 0
    return {
      protocol: transport.protocol,
      reliable: transport.reliable,
      host: transport.host,
      port: transport.port,
      send(message, to) {
        if (lost === count || message.toString('latin1', 0, start.length) !== start)
          return transport.send(message, to)
        lost += 1
        return Promise.resolve()
      },
      close: () => transport.close(),
    }
  }
}
