import { isIP } from 'node:net'
import { connect, createServer, type TLSSocket } from 'node:tls'
import type { Hop, OpenTransport, TransportAddress } from '../transport.ts'
import { standardLimits, type StreamLimits } from './stream-connection.ts'
import { StreamTransport } from './stream-transport.ts'
import { connectDeadlineMs, established, fromAddress, listening } from './tcp-transport.ts'

/** PEM texts. Without key and certificate calls go out only: nobody can connect to us. */
export interface TlsIdentity {
  readonly key?: string | Buffer
  readonly cert?: string | Buffer
  /** Authorities to trust instead of those that Node knows. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
}

const minVersion = 'TLSv1.2'

/**
 * SIP over TLS (RFC 5630). The certificate of a neighbour we connect to is always verified, against the name by which
 * it was found (RFC 5922); a neighbour that connects to us is not asked for one.
 */
export const openTlsTransport =
  (identity: TlsIdentity, limits: StreamLimits = standardLimits): OpenTransport =>
  async (local, receiver, signal) => {
    const server = createServer(
      { ...ownPair(identity), minVersion, handshakeTimeout: connectDeadlineMs },
      socket => transport.accept(socket),
    )
    // A stranger that speaks no TLS harms only itself.
    server.on('tlsClientError', () => undefined)
    await listening(server, local, signal)
    const transport = new StreamTransport(
      server,
      { protocol: 'tls', limits, connect: (to, signal) => connectTls(to, { local, identity, signal }) },
      receiver,
    )
    return transport
  }

const ownPair = ({ key, cert }: TlsIdentity): { key?: string | Buffer; cert?: string | Buffer } => ({
  ...(key === undefined ? {} : { key }),
  ...(cert === undefined ? {} : { cert }),
})

interface TlsOwnSide {
  readonly local: TransportAddress
  readonly identity: TlsIdentity
  readonly signal: AbortSignal
}

async function connectTls(to: Hop, { local, identity, signal }: TlsOwnSide): Promise<TLSSocket> {
  const { ca } = identity
  const name = to.serverName ?? to.host
  const socket = connect({
    host: to.host,
    port: to.port,
    ...ownPair(identity),
    minVersion,
    ...fromAddress(local),
    ...(ca === undefined ? {} : { ca: [ca].flat() }),
    // RFC 6066 §3: no address may stand there.
    ...(isIP(name) ? {} : { servername: name }),
  })
  return await established(socket, 'secureConnect', signal)
}
