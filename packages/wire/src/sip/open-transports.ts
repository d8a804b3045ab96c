import { openTcpTransport } from './stream/tcp-transport.ts'
import { openTlsTransport } from './stream/tls-transport.ts'
import type { OpenTransport, SipTransport, TransportProtocol, TransportReceiver } from './transport.ts'
import type { UserAgentOptions } from './user-agent.ts'

type Wanted = Pick<UserAgentOptions, 'host' | 'port' | 'tcp' | 'tls'> & {
  readonly openTransport: OpenTransport
}

/** UDP first, then what else is wanted. All of them, or none and a rejection. */
export async function openTransports(
  { host, port, tcp, tls, openTransport }: Wanted,
  receiverOf: (protocol: TransportProtocol) => TransportReceiver,
): Promise<readonly [SipTransport, ...SipTransport[]]> {
  const udp = await openTransport({ host, port }, receiverOf('udp'))
  const opened: [SipTransport, ...SipTransport[]] = [udp]
  try {
    if (tcp) opened.push(await openTcpTransport()({ host, port: tcp.port }, receiverOf('tcp')))
    if (tls) opened.push(await openTlsTransport(tls)({ host, port: tls.port }, receiverOf('tls')))
    return opened
  } catch (error) {
    await Promise.all(opened.map(one => one.close()))
    throw error
  }
}
